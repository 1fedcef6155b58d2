"""Short and pet forms of given names in sixteen languages, as one table.

A row begins with a full name (spellings of it joined by "/") and goes on with what such people are called. Two
names fit if one row holds both and at most one of them as its full name: Alex fits Alexander and
Alexandra, but those two are two people.
"""

from functools import lru_cache

from server.reconcile.folding import words_of

ROWS: dict[str, str] = {
    "German": (
        "alexander alex sascha lex xander,alexandra alex sascha sandra alexa,andreas andi andy andre,anneliese anne liese "
        "anni,annemarie anne annemie,anton toni,antonia toni tonia,barbara bärbel babsi babs barbel,bartholomäus barthel,"
        "benjamin ben benni benny,bernhard bernd hardy,brigitte gitte gitti biggi,christian chris krischan,christiane "
        "chris christl tina,christine/christina/kristina tina christl chrissi stine,christoph/christopher chris stoffel "
        "toffer,cornelia conny nele,daniel dani,daniela dani,dietrich dieter dirk,dorothea/dorothee dorle dora thea "
        "doro,eberhard ebbe hardy,eckhard ecki,elisabeth/elizabeth/elisabet lisa elsa else ella elli elly betty beth liesl lisbeth sissi lilli elis bettina,"
        "emanuel/immanuel manuel manu,emilia emmi milla,eva evi,evamaria eva,felicitas feli,ferdinand ferdi nando,franz "
        "franzl,franziska franzi sissi ziska,friederike rike fritzi frieda,friedrich/frederik/frederick fritz fred frieder fredi,"
        "gabriele/gabriela gabi gaby,georg schorsch jörg jürgen,gerhard gerd hardy,gertrud/gertrude trude trudi "
        "gerti,gisela gisi,gottfried friedl,günther/gunter günni,gustav gustl,hannelore hanne lore,heinrich heinz heiner hein "
        "henrik henry harry,helena/helene leni lena hella,helmut helle helmi,henriette jette henni,hermann "
        "menne,hildegard hilde,hubertus hubert berti,ingeborg inge,ingrid inge inga,jakob jockel jake,joachim/joachin jochen "
        "achim jo,johann/johannes/johan hans hannes jo jan hansi,johanna hanna hanne jo joka,josef/joseph sepp jupp peppi beppo,"
        "josefine/josephine josi fini,jürgen jürg,karl/carl kalle karlchen,karoline/caroline/carolin caro line lina,"
        "katharina/catharina/katarina kathi käthe katja kati katrin kathrin tina,klaudia/claudia clau klaudi,konrad/conrad conny kurt,"
        "konstantin/constantin konni kosta,leonhard leo hardy,leopold leo poldi,leonore/eleonore lore nora,lieselotte lilo "
        "lotte lilly,ludwig lutz luggi wiggerl,magdalena lena leni magda,manfred manni fredi,margarete/margarethe/margareta "
        "grete gretel greta margret marga gretchen rita meta,maria mia mizzi mitzi ria,marianne nanne jana,"
        "markus/marcus max,martina tina,matthias/mathias/matthäus matze hias matz mattes,maximilian/maximilien max maxi maxl,"
        "mechthild/mechtild mecki hilde,michael michi micha michel mike,michaela michi ela,monika/monica moni,nikolaus/nicolaus/nikolas niko "
        "klaus nick nicki,norbert nobbi bert,oliver olli,otto ottl,patricia/patrizia pat patti,petra peti,philipp/philip fips "
        "flipp phil,rainer/reiner,rebekka/rebecca becky bekki,reinhard hardy reini,renate reni nate,robert bob bobby rob robbie bert,"
        "roland rolli,rosemarie/rosmarie rosi romy,rudolf rudi rolf dolf,sebastian basti bastian wastl seb,siegfried sigi "
        "friedel,sieglinde linde sigi,simone moni,sofie/sophie/sophia/sofia sofi fia,stefan/stephan/steffen steff stevie,stefanie/stephanie "
        "steffi,susanne/susanna/suzanne sanne susi suse,tanja/tania tani,theodor/theodore theo teo,theresa/theresia/teresa resi "
        "tessa thesi,thomas tom tommy thom,tobias tobi,torsten/thorsten totti,ulrich uli ulli,ulrike uli ulli rike,ursula uschi ulla "
        "ursel,valentin valti velten,veronika/veronica vroni roni,viktoria/victoria vicky vicki,vinzenz zenz,volker,waldemar "
        "waldi,walter/walther walti,werner,wilhelm willi willy helm wim,wilhelmine mina minna,wolfgang wolf wolfi,xaver "
        "xaverl,yvonne ivi"
    ),
    "English": (
        "abigail abby gail,abraham abe bram,albert al bert bertie,alexander alex alec al sandy xander,alexandra alex sandra lexi sandy,"
        "alfred alf alfie fred,alison ali,amanda mandy,andrew andy drew,angela angie,ann/anne/anna annie nan nancy "
        "nanny,anthony/antony tony ant,archibald archie,arthur art artie,barbara barb babs barbie,beatrice bea trixie,benjamin "
        "ben benny benji,bernard bernie,bridget bridie biddy,calvin cal,catherine/katherine/kathryn/katharine cathy kathy kate katie kat kitty "
        "kit,charles charlie chuck chas chip,charlotte lottie charlie lotte,christine/christina chris chrissy tina,"
        "christopher chris kit topher,clifford cliff,cynthia cindy,daniel dan danny,david dave davy,deborah/debra "
        "deb debbie debby,dennis den,dorothy dot dottie dolly,douglas doug,edmund ed eddie ted,edward ed eddie ted teddy ned,eleanor ellie "
        "nell nora ella,elizabeth/elisabeth liz lizzie beth betty bess bessie eliza libby betsy lisa,emily em emmy "
        "milly,eugene gene,evelyn evie,florence flo florrie,frances fran frannie,francis frank fran,franklin frank,"
        "frederick/frederic fred freddie,gabriel gabe,geoffrey/jeffrey geoff jeff,george georgie,gerald gerry jerry,gerard "
        "gerry,gilbert gil bert,gregory greg,gwendolyn gwen,harold harry hal,harriet hattie,helen nell nellie,henry harry hank "
        "hal,herbert herb bert,isabella/isabel/isabelle bella izzy bell,jacob jake,jacqueline jackie,james jim jimmy jamie "
        "jem,janet jan,jason jay,jennifer jen jenny,jeremy/jeremiah jerry jez,jessica jess jessie,joan joanie,john jack johnny jon,"
        "jonathan/jonathon jon jonny nathan,joseph joe joey,joshua josh,joyce joy,judith judy jude,katherine kay,"
        "kathleen kathy kath kay,kenneth ken kenny,kevin kev,kimberly/kimberley kim,laurence/lawrence larry laurie,leonard len lenny "
        "leo,leslie les,lillian lily lil,linda lin lindy,louis lou,louise lou,lucille lucy,madeleine/madeline maddy,marcus marc,margaret maggie meg "
        "peggy marge greta margie rita daisy,martin marty,mary molly polly mamie,matthew/mathew matt matty,maximilian "
        "max,maxwell max,melanie mel,melissa mel lissa missy,michael mike mick mickey mikey,michelle shelly,mildred millie,mitchell mitch,nancy "
        "nan,natalie nat,nathan nate nat,nathaniel nat nate nathan,nicholas/nicolas nick nicky,nicola nicky,nicole nicky "
        "nikki,norman norm,oliver ollie noll,olivia liv livvy,oscar ozzie,pamela pam,patricia pat patty tricia trish,patrick pat paddy rick,"
        "penelope penny,peter pete,philip/phillip phil pip,philippa pip pippa,priscilla cilla,prudence prue,rachel rach,raymond ray,"
        "rebecca becky becca,reginald reg reggie,richard dick rick ricky richie rich,robert bob bobby rob robbie "
        "bert,roberta bobbie,roderick rod,rodney rod,roger rodge,ronald ron ronnie,rosemary rose rosie,russell "
        "russ,samantha sam,samuel sam sammy,sandra sandy,sarah/sara sally sadie,sebastian seb,sharon shari,sheila shell,sidney/sydney sid,stanley "
        "stan,stephanie steph,stephen/steven steve stevie,stuart/stewart stu,susan/suzanne/susanna sue susie suzy,sylvia syl,terence/terrence "
        "terry,theodore ted theo teddy,theresa/teresa terry tess tessa,thomas tom tommy,timothy tim timmy,tobias "
        "toby,valerie val,veronica ronnie,victor vic,victoria vicky vicki tori,vincent vin vinny vince,virginia ginny "
        "ginger,vivian viv,walter walt wally,wilfred wilf,william will bill billy willy liam,winifred winnie,winston win,zachary zach zack"
    ),
    "French": (
        "alexandre alex,alexandra alex,amélie mélie,antoine toine tony,antoinette toinette,augustin gus,béatrice béa,"
        "benjamin ben benji,benoît ben,bernadette nadette,catherine cathy cath kate,caroline caro,christian chris,"
        "christine chris,christophe chris,clémence clem,clément clem,daniel dany,dominique dom domi,édouard "
        "doudou ed,élisabeth/elisabeth babeth lisa lise élise,emmanuel manu,emmanuelle manu manue,étienne "
        "tienne,florence flo,florian flo,françois fanfan france,françoise fanfan,frédéric fred fredo,gabriel gab gaby,"
        "geneviève ginette viève,gérard gégé,grégoire greg,grégory greg,guillaume guigui guy,hélène léna,isabelle isa "
        "zaza,jacqueline jacotte,jacques jacquot,jean jeannot,jeanne jeannette,jeanbaptiste jb,jeanfrançois jef,jeanpierre "
        "jp,joseph jojo,joséphine josée josy,laurence lolo,laurent lolo,louis loulou,madeleine mado,marguerite margot,marie "
        "mimi,mariethérèse maïté,maximilien/maxime max,mathieu/matthieu mat matt,michel mich michou,mireille mimi,nathalie "
        "nath nat,nicolas nico,olivier oliv,patrice pat,patrick pat,philippe phil,pierre pierrot,raphaël raph,rémi/rémy,sébastien "
        "seb,simone momo,solange sol,stéphane steph,stéphanie steph,suzanne suzy suzon,sylvie syl,théodore théo,"
        "thérèse thesa,thomas tom,valérie val,véronique véro,victoire vic,victor vic,vincent vince,virginie nini,xavier xav,yvonne vonette"
    ),
    "Spanish": (
        "adolfo fito,alberto beto berto,alejandra ale jandra,alejandro alex ale jandro,alfonso poncho fonso,alfredo fredo,"
        "ángeles geles,antonia toñi,antonio toño toni,beatriz bea,carlos charly carlitos,carmen menchu carmela mamen,"
        "catalina cata,concepción concha conchi,consuelo chelo,cristina cris tina,cristóbal tobal,daniel dani,"
        "dolores lola loli,eduardo edu lalo,encarnación encarna,enrique quique kike,ernesto neto,federico fede,fernando "
        "fer nando,francisco paco pancho fran curro kiko,francisca paca paqui,gabriel gabi,gerardo gera,gregorio goyo,guadalupe "
        "lupe lupita,guillermo guille memo,gustavo gus,ignacio nacho,inmaculada inma,isabel isa chabela,jesús chus "
        "suso chuy,joaquín quino ximo,jorge coque,josé pepe chema,josefa pepa fina,juan juanito,leticia leti,luis lucho,"
        "lourdes lulu,magdalena magda malena,manuel manolo manu lolo,manuela manoli lola,margarita marga rita,mercedes merche meche,"
        "miguel migue,milagros mila,montserrat montse,nicolás nico,patricia patri,pedro perico,pilar pili,rafael rafa,"
        "ramón moncho,raquel kela,remedios reme,roberto beto,rocío chío,rosario charo chayo,salvador salva,santiago santi,"
        "sebastián sebas,sergio checho,soledad sole,susana susi,teresa tere,tomás tomi,vicente vicen,victoria vicky,yolanda yoli"
    ),
    "Italian": (
        "alessandra sandra ale,alessandro sandro ale,andrea andre,angela angiola lina,antonella anto nella,antonio toni "
        "totò tonino,bartolomeo meo bartolo,beatrice bice bea,caterina rina cate,carolina lina,costantino tino,"
        "cristina cri tina,daniele dani,domenico mimmo mimì,elena lena,eleonora nora ele,elisabetta betta lisa,emanuele lele manu,enrico rico,"
        "federica fede,federico fede,filippo pippo,francesca franci cesca,francesco franco ciccio cecco checco,gabriele "
        "lele,gaetano tano,gennaro gegè,giacomo jack,giorgio giò,giovanna vanna gianna,giovanni gianni nino giò vanni,giuseppe beppe peppe "
        "pino peppino,giuseppina pina giusy,giulia giuli,ignazio nazio,leonardo leo nardo,lorenzo renzo lollo,luigi gigi "
        "gino,maddalena lena,margherita rita marghe,mariangela mari,massimiliano max massi,massimo max massi,"
        "matteo teo,michele lele,nicola nico,pasquale pasqua lino,pietro piero,raffaele lello raffa,riccardo ricky richi,roberto "
        "robi roby,rosaria sara,salvatore totò turi salvo,sebastiano bastiano seba,stefania stefi,stefano stefi,teresa "
        "resi,tommaso tommi maso,umberto berto,valentina vale,vincenzo enzo cenzo,vittorio vitto"
    ),
    "Dutch": (
        "adriana jana adri,adrianus adri janus arie,alexander lex sander xander,anna anneke annie an,antonius ton toon teun "
        "antoon,bartholomeus bart,benjamin ben,bernardus ben bernd,catharina trijntje toos cato karin tineke,christiaan chris,"
        "christina stien tineke,cornelia corrie cor nel,cornelis/cornelius cor kees nelis,daniel daan,dirk dick,elisabeth bep els "
        "elly betsie lies liesbeth,franciscus frans cis,frederik freek fred frits,geertruida truus trudy geertje,gerardus gerard ger gerrit,gerrit ger,"
        "gijsbert gijs,hendrik/hendrikus henk hein rik,hendrika riek rika henny,hubertus huub bert,jacob/jacobus jaap koos "
        "cobus sjaak,jacoba coba coby,johanna jo joke annie hanneke hanna,johannes/joannes jan hans joop johan,jozef/josephus "
        "jos sjef,lambertus bert lammert,laurens/laurentius lau rens,leonardus leo leen,margaretha greet gré margriet griet,maria "
        "ria marie riet marieke mieke miep,martinus/maarten tinus mart tijn,matthijs/mattheus thijs matti,nicolaas klaas nico,petronella nel "
        "petra,petrus/pieter piet peter,sebastiaan bas,theodorus theo dorus,theodora dora thea,thomas tom,wilhelmina mina willie "
        "willemijn mien wil,wilhelmus/willem wim willem pim"
    ),
    "Polish": (
        "agata agatka,agnieszka aga agusia,aleksander olek alek,aleksandra ola oleńka,andrzej jędrek andrzejek,anna ania anka "
        "hania,antoni antek tosiek,antonina tosia,barbara basia baśka,bartłomiej bartek,bartosz bartek,bogdan bodzio,"
        "bogusław boguś,danuta danka danusia,dominik domino,dorota dorotka,edward edek,elżbieta ela elka bietka,"
        "ewa ewka,franciszek franek,grzegorz grzesiek grześ,halina halinka hala,helena hela helenka,henryk heniek,"
        "ignacy ignaś,irena irka,iwona iwonka,jacek jacuś,jadwiga jadzia,jakub kuba kubuś,jan janek jaś,janusz januszek,jarosław "
        "jarek,jerzy jurek,joanna asia aśka joasia,józef józek,kamil kamilek,karolina karolcia,katarzyna kasia kaśka,kazimierz "
        "kazik,konstanty kostek,krystyna krysia,krzysztof krzysiek krzyś,leszek lechu,lucyna lusia,łukasz łuki,maciej "
        "maciek,magdalena magda madzia,małgorzata gosia małgosia gośka,marcin marcinek,maria marysia maryla "
        "majka,marzena marzenka,mateusz mati matek,michał michaś misiek,mieczysław mietek,mikołaj miki mikołajek,mirosław mirek,"
        "natalia natalka,paweł pawełek,piotr piotrek piotruś,radosław radek,ryszard rysiek,sławomir sławek,stanisław "
        "staszek stasiek stach,stanisława stasia,stefan stefek,szymon szymek,tadeusz tadek,teresa terenia,tomasz tomek,wacław "
        "wacek,waldemar waldek,wanda wandzia,wiesława wiesia,wiesław wiesiek,władysław władek,włodzimierz włodek,wojciech wojtek,"
        "zbigniew zbyszek zbychu,zdzisław zdzisiek,zenon zenek,zofia zosia zośka,zuzanna zuzia"
    ),
    "Russian": (
        "александр саша шура саня алекс,александра саша шура саня,алексей алёша лёша,анастасия настя ася,"
        "анатолий толя,андрей андрюша,анна аня нюра,антон тоша,валентин валя,валентина валя,валерий валера,"
        "варвара варя,василий вася,виктор витя,виктория вика,виталий виталик,владимир вова володя вовка,владислав влад "
        "слава,вячеслав слава,галина галя,геннадий гена,георгий жора гоша,григорий гриша,дарья даша,денис "
        "дениска,дмитрий дима митя,евгений женя,евгения женя,екатерина катя катюша,елена лена алёна,елизавета лиза,"
        "иван ваня,игорь игорёк,ирина ира,кирилл кирюша,константин костя,ксения ксюша,лариса лара,лев лёва,леонид лёня,"
        "любовь люба,людмила люда мила люся,маргарита рита,мария маша маруся,михаил миша,надежда надя,наталья/наталия "
        "наташа ната,никита ник,николай коля,оксана ксюша,олег олежка,ольга оля,павел паша,пётр петя,полина "
        "поля,раиса рая,роман рома,светлана света,семён сёма,сергей серёжа серж,софья/софия соня,станислав стас слава,степан "
        "стёпа,тамара тома,татьяна таня,фёдор федя,юлия юля,юрий юра,яков яша,ярослав ярик слава,"
        "aleksandr/alexander/alexandr sasha sascha shura sanya,aleksandra/alexandra sasha shura,aleksei/alexey/alexei alyosha lyosha,anastasia nastya,"
        "dmitry/dmitri/dmitriy dima mitya,ekaterina/yekaterina katya katja,elena/yelena lena alyona,evgeny/evgeniy/yevgeny zhenya,ivan vanya,"
        "maria masha,mikhail misha,natalia/natalya natasha,nikolai/nikolay kolya,olga olya,pavel pasha,sergey/sergei seryozha,"
        "svetlana sveta,tatiana/tatyana tanya tanja,vladimir vova volodya,yulia/julia yulya,yuri yura"
    ),
    "Greek": (
        "αθανάσιος/αθανασιος θανάσης νάσος,αικατερίνη κατερίνα καίτη,αλέξανδρος αλέκος άλεξ,ανδρέας ανδρίκος,αναστάσιος τάσος,"
        "αντώνιος αντώνης,βασίλειος βασίλης βάσος,βασιλική βάσω βίκυ κική,γεώργιος γιώργος,δημήτριος/δημήτρης μήτσος μίμης "
        "τζίμης,ειρήνη ρένα,ελένη λένα νίτσα,ευάγγελος βαγγέλης,ιωάννης γιάννης,ιωάννα γιάννα,κωνσταντίνος κώστας ντίνος,"
        "μαρία μαίρη μαρίκα,μιχαήλ μιχάλης,νικόλαος νίκος,παναγιώτης πάνος τάκης,παναγιώτα γιώτα,παύλος παυλάκης,"
        "σπυρίδων σπύρος,στυλιανός στέλιος,σωτήριος σωτήρης,χαράλαμπος μπάμπης χάρης,χρήστος χρηστάκης,"
        "dimitrios/dimitris mitsos jimmy,konstantinos/kostas dinos gus,ioannis/yiannis/giannis john,nikolaos/nikos nick,georgios/giorgos george"
    ),
    "Swedish, Danish, Norwegian": (
        "alexander alex sander,anders ante,anna annika,axel acke,birgitta/birgitte gitte gittan britta,björn/bjørn nalle,"
        "charlotte lotta lotte,christian chrille,christina/kristina/kirsten stina kicki stine,elisabeth lisbeth lisbet lisa "
        "bettan,erik erke jerka,fredrik/frederik freddy figge,gunnar gurra,gustav/gustaf gurra gösta,henrik henke,ingrid inga,johan/johannes "
        "joppe hannes,karl/carl kalle calle,katarina/cathrine kattis trine kajsa,kristian/kristoffer kris stoffer,lars "
        "lasse,lennart lelle,magdalena malena lena,margareta/margrethe greta maggan grethe,maria mia maja,mats matte,mikael/michael "
        "micke,nikolaj/nicolai niko nico,olof/olav olle ole,oskar ogge,per pelle,peter peppe,rasmus rasse,robert robban,sebastian "
        "sebbe,sofia soffan fia,stefan steffe,sven svenne,thomas/tomas tompa,ulrika ulla,viktor vicke,wilhelm/vilhelm ville"
    ),
    "Portuguese": (
        "alexandre xande alex,antónio/antônio toni tó tonho,beatriz bia,bernardo nando,carolina carol,conceição são "
        "concha,daniel dani,eduardo edu dudu,fernanda nanda,fernando nando,filipa pipa,francisco chico quico,gabriela gabi,"
        "gonçalo gonza,guilherme gui,gustavo guga,henrique rique,isabel bela isa,joana jô,joaquim quim,joão jota joca,"
        "josé zé zeca,leonor nô,luís lula,lurdes lu,madalena lena,manuel manel mané,margarida guida,maria mia "
        "mimi,miguel guel,patrícia pati,pedro pepe,rafael rafa,ricardo rico,roberto beto,rodrigo digo,sebastião tião,teresa "
        "teca,vitória vicky"
    ),
    "Czech and Slovak": (
        "alexandr saša,alena alenka,anna anička andula,antonín tonda,barbora bára barča,božena boženka,eliška "
        "elis,františek franta,hana hanka,ivan ivánek,jakub kuba,jan honza jenda janko,jana janička,jaroslav jarda,jiří jirka,josef "
        "pepa jožka,karel karlík,kateřina/katarína káťa katka,ladislav láďa,lucie lucka,ludmila lída,magdaléna magda,marie "
        "maruška majka,markéta markétka,martin máťa,miloslav míla,miroslav mirek,ondřej ondra,pavel pája,petr péťa,stanislav "
        "standa,tomáš tom tomík,václav vašek,veronika verča,vladimír vláďa,vojtěch vojta,zdeněk zdena zdenda,zuzana zuzka"
    ),
    "Hungarian": (
        "andrás andris bandi,anna panni annus,attila ati,balázs balu,erzsébet erzsi bözsi zsóka,ferenc feri,gábor "
        "gabi,györgy gyuri,ilona ili ica,imre imi,istván pisti isti,józsef józsi jóska,judit jutka,jános jani jancsi,katalin kati kata,"
        "lajos lali,lászló laci,margit manci,mária mari marika,mihály misi miska,miklós miki,péter peti,sándor sanyi,tamás "
        "tomi,zoltán zoli,zsuzsanna zsuzsi zsuzsa"
    ),
    "Turkish": (
        "abdullah apo,fatma fatoş,hüseyin hüso,ibrahim ibo,mehmet memo,mustafa mıstık musti,süleyman sülo,"
        "ramazan ramo,ayşegül ayşe,zeynep zeyno,hasan hasso,elif elo"
    ),
    "Romanian": (
        "alexandra ale sanda,alexandru alex sandu,constantin costel costi dinu,dumitru mitică,elena lenuța nuți,gheorghe "
        "gicu ghiță george,ion ionel nelu,ioana oana,maria mărioara,mihai mișu,nicolae nicu,ștefan fane,vasile vasilică,georgiana gina"
    ),
    "Finnish": (
        "johannes juha jussi hannu,heikki heka,aleksi ale,katariina kati kaisa,margareetta reetta,mikael mika mikko,"
        "antti antsa,elisabet liisa,juhani jussi,matti masa,tapani tapsa"
    ),
}


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """For every folded name the rows of which it is the full name, and those where it is a short one."""
    full: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    rows = [row.split() for text in ROWS.values() for row in text.split(",") if row.strip()]
    for place, (names, *others) in enumerate(rows):
        for word in words_of(names.replace("/", " ")):
            full.setdefault(word, set()).add(place)
        for word in words_of(" ".join(others)):
            short.setdefault(word, set()).add(place)
    return {
        word: (frozenset(full.get(word, ())), frozenset(short.get(word, ())))
        for word in full.keys() | short.keys()
    }


def roots(word: str) -> frozenset[int]:
    """The rows of the table that hold a folded name; names that fit share one."""
    full, short = _places().get(word, (frozenset(), frozenset()))
    return full | short


def fits(left: str, right: str) -> bool:
    """Whether one folded given name is a short form, or only another spelling, of the other.

    Two short forms of one name do not fit: Lena and Leni may be sisters.
    """
    none: frozenset[int] = frozenset()
    left_full, left_short = _places().get(left, (none, none))
    right_full, right_short = _places().get(right, (none, none))
    return bool(left_full & right_full or left_full & right_short or left_short & right_full)


def is_listed(word: str) -> bool:
    """Whether the table holds a folded name at all."""
    return word in _places()
