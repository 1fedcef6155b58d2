"""How frequent a name is where nothing is known of a household but its books: a background table.

Few books hold enough people to tell a rare name from a frequent one. Ranks are from what statistical offices
publish (Germany, Britain, the United States, France, Spain, Italy, the Netherlands, Poland, Turkey, Russia, Greece,
Scandinavia, China, Japan), rounded to three classes, since more would feign precision.
"""

from functools import lru_cache

from server.reconcile.folding import words_of
from server.reconcile.nicknames import is_listed

SHARES = (1 / 150, 1 / 700, 1 / 3000, 1 / 12_000)
"""How many bear a name of the first, second and third class, and a name that stands nowhere."""

GIVEN = (
    # One in a hundred or more, in some country.
    "maria anna peter michael thomas andreas john david james robert william mary jean marie antonio jose "
    "giuseppe mehmet mohammed mohamed muhammad ali aleksandr elena johan lars jan александр елена сергей "
    "мария γεωργιος μαρια patricia jennifer michel pierre manuel francisco carmen juan ana fatma ayse mustafa "
    "stefan christian martin klaus wolfgang richard charles daniel paul mark george linda barbara elizabeth susan margaret",
    # Common.
    "jurgen hans heinz karl werner gerhard horst helmut manfred bernd dieter uwe rolf gunther frank ralf jorg torsten dirk "
    "markus matthias alexander sebastian florian tobias lukas leon jonas felix max maximilian paul elias noah finn ben luis "
    "emil anton tim tom jannik niklas moritz philipp simon fabian marcel dennis sven jens kai lars olaf detlef holger volker "
    "rainer joachim gunter siegfried ursula renate ingrid monika helga karin brigitte petra sabine susanne claudia andrea "
    "gabriele birgit heike christine martina angelika silke kerstin anja nicole stefanie katrin tanja sandra melanie julia "
    "lena lea laura sarah sara hannah hanna emma mia sophie sofia emilia lina marie clara klara luisa lisa leonie johanna charlotte "
    "ella ida frieda mathilda greta lotta frida pia nina jana jule janina vanessa jessica katharina elisabeth franziska "
    "oliver harry jack jacob charlie oscar arthur alfred henry leo archie theo freddie logan lucas ethan mason liam noah "
    "aiden joseph christopher matthew anthony steven kenneth joshua kevin brian edward ronald timothy jason jeffrey ryan gary "
    "nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory raymond patrick alexander dennis jerry "
    "tyler aaron adam nathan zachary kyle olivia amelia isla ava lily grace evie poppy ruby freya florence alice "
    "emily karen lisa nancy betty sandra ashley kimberly donna michelle carol amanda melissa deborah stephanie rebecca sharon "
    "cynthia kathleen amy angela shirley brenda pamela catherine samantha christine debra rachel janet carolyn heather diane "
    "philippe alain nicolas christophe laurent frederic francois julien olivier pascal guillaume stephane antoine louis hugo jules "
    "gabriel raphael arthur nathan theo enzo mathis lucas nathalie isabelle catherine sylvie francoise martine monique jacqueline "
    "veronique christelle camille lea manon chloe emma ines jade louise zoe juliette celine sandrine valerie aurelie elodie "
    "jesus javier carlos miguel rafael pedro angel pablo sergio fernando luis jorge alberto alvaro diego adrian raul ivan ruben "
    "isabel dolores pilar cristina josefa teresa lucia marta rosa paula francisca antonia mercedes rosario beatriz silvia raquel "
    "giovanni mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo marco andrea luca matteo "
    "lorenzo alessandro davide simone federico roberto stefano riccardo giulia chiara francesca federica martina alessia giorgia "
    "valentina elisa alessandra silvia paola giovanna rosa angela lucia giuseppina antonella roberta daniela "
    "pieter cornelis hendrik willem gerrit dirk kees henk piet daan sem bram thijs milan sander jeroen erik johanna cornelia "
    "wilhelmina sanne lotte femke marieke anneke saskia esther marijke "
    "piotr krzysztof andrzej tomasz pawel michal marcin stanislaw jakub adam marek lukasz grzegorz wojciech mateusz katarzyna "
    "malgorzata agnieszka ewa krystyna elzbieta magdalena joanna aleksandra zofia teresa jadwiga danuta "
    "ahmet huseyin hasan ibrahim ismail osman yusuf murat omer emre emine hatice zeynep elif meryem "
    "дмитрий алексей андрей михаил евгений владимир юрий николай сергей иван ольга наталья екатерина анна татьяна юлия ксения дарья светлана "
    "δημητρης κωστας γιαννης νικος ελενη αικατερινη βασιλικη σοφια αγγελικη ιωαννης κωνσταντινος "
    "anders mikael erik per karl bjorn hakan goran gustav sven nils ole jens morten soren eva karin kristina birgitta margareta "
    "asa kerstin astrid mette hanne inger kirsten wei fang min jing lei jun ming li na yan hiroshi takashi yuki yoko keiko kenji",
    # Known.
    "achim adelheid agathe albrecht alma almut amalie anette annett annegret antje armin arne arno astrid axel beate benedikt "
    "bettina birte bjarne bruno burkhard carina carla carlo carmen carola carsten celina cem chantal charlott clemens corinna cosima "
    "dagmar david denise diana dominik doris edda edgar edith egon eleni elfriede elias elke ellen elmar else emely enno erich "
    "erika erna ernst erwin esra esther eugen evelyn fatima fenja fiona florentine frauke freya gerda gerlinde gero gisela gregor "
    "gudrun guido hanno harald hedwig heiko heiner henning herbert herta hilmar ilka ilona ilse imke ina ines irene iris irmgard "
    "isabell isolde jannis jasmin jasper jelena jennifer jette joanna jonathan jördis jost judith julian julius jurek justus karsten kai "
    "katinka kilian kira konstanze lara lasse leander lennard lennart levin lia liam lilian linda linus linnea lorena lotte "
    "lothar luca lucia luzie maike maja malte manuel mara mareike marina mario marion marit marlene marlies marlon mathilde maren "
    "mats max melina merle meike mika mila milan milena mina mira miriam nadine nadja nele nelly nico nicolas nils nora norbert "
    "ole olga oskar pascal paula pauline pedro pepe rafael ragna ralph ramona raphael regina reinhold richard rita roman ronja "
    "rosa ruben ruth ruediger samuel saskia selina sigrid silas silvia sina smilla solveig sonja sophia stella sunny svenja sylvia "
    "sylvester tabea tamara theo thea thekla thies thilo till timo timon tine toni traudel tristan undine urs valentin valeria vera verena "
    "viola vivien waltraud wanda wiebke wieland wilma winfried wolfram yannick yvonne zoe agnes alan albert alexis alice allison alyssa "
    "amber andre annabel annette april arlene arnold audrey austin autumn bailey barry beth beverly billy blake bobby bonnie brad "
    "bradley brandi brett brianna brittany bruce bryan caitlin calvin cameron cara carl carla carlos carmen caroline casey cecil "
    "chad chase chelsea cheryl chloe claire clara clarence claude clyde cody colin connie connor corey courtney craig curtis cynthia "
    "dale damian dana darren dawn dean declan derek desmond destiny diana dominic don dora doris douglas duncan dustin dylan earl eileen "
    "eli ellen elmer elsie erica erin ernest esther ethel eva evan faith fay felicity finlay fiona floyd frank gail gareth gavin "
    "gemma geraldine gina gladys glen glenn gloria gordon graham grant greta guy gwen hannah harley hazel heidi holly howard hugh ian "
    "imogen ira irene iris ivan ivy jade jaden jayden jake jane janice jasmine jean jeanne jeff jenna jesse jill joan joanne jodie joel jordan "
    "jose josephine joyce juan juanita judith julie june karl kate katie kay keith kelly kerry kirsty kristen kurt kylie lance lara "
    "lauren lawrence leah lee lena leonard leroy leslie lester lewis lloyd loretta lori lorraine louise lucy luke lydia lynn mabel "
    "marcus marian marilyn marion marjorie marlene martha marvin maureen maurice maxine megan melvin mercedes miguel milton minnie "
    "miranda molly monica morgan muriel myrtle naomi neil nina noel norma owen paige paula pauline pearl peggy perry peter "
    "philip phoebe phyllis ralph ramon randy regina rhonda ricardo rita rosa rose ross roy ruby russell ruth sabrina sean sergio "
    "seth shane shannon shaun shawn sheila sherry sidney simon sonia spencer stacy stella steven sue sylvia tamara tanya tara ted teresa "
    "terry tess tina toby todd tony tracy travis troy tyler vanessa vera vernon victor vincent violet virginia wade warren wayne wendy "
    "wesley wilma yvonne aline ambre amandine anais ange annick arlette armand arnaud bastien baptiste benoit bernard bertrand brice brigitte "
    "cecile cedric chantal clara claude claudine colette corinne damien delphine denis denise didier dominique edith elise eliane emile "
    "eric estelle eugene evelyne fabien fabrice fanny fernand flavie gael gaelle georges gerard germaine ghislaine gilbert gilles ginette gisele "
    "henri henriette herve huguette jacques jeanne jerome joel jocelyne josiane justine karine laetitia laure leon liliane lionel loic luc "
    "lucie ludovic madeleine magali marc marcel margaux marguerite marine marion maryse maxime melissa muriel myriam noemie oceane odette "
    "odile pascale paulette pauline quentin raymond regis rene renee roger rolande romain sabrina serge severine simone solene sophie "
    "suzanne sylvain thibault thierry tristan viviane yann yves yvette agustin alba alfonso amparo andres angela araceli arturo asuncion "
    "aurora begona blanca carla carolina catalina celia clara claudia cristian daniela david domingo eduardo elena emilio encarnacion enrique "
    "esperanza esther eva fatima felipe felix gabriel gonzalo gregorio guillermo hector hugo ines irene jaime jimena joaquin josefina juana "
    "julian julio laura leonor lidia lorena lourdes luisa macarena manuela marcos margarita mariano marina mario matilde miriam monica "
    "natalia nerea nicolas nieves noelia nuria olga oscar patricia paz purificacion ramon ricardo roberto rodrigo rocio salvador santiago "
    "sara sebastian sofia soledad sonia susana tomas valeria veronica vicente victoria yolanda alberto alessio alice ambra amedeo arianna "
    "aurora barbara beatrice benedetta biagio camilla carla carmela carmine caterina cinzia claudia claudio cosimo cristiano cristina dario "
    "debora diego donato edoardo elena eleonora elisabetta emanuele emma enzo erika ernesto fabio fabrizio fausto ferdinando filippo flavia "
    "fulvio gabriele gaetano gerardo giacomo gianluca gianna giorgio giulio graziella guido ilaria irene laura leonardo letizia liliana "
    "lina loredana luciana luciano maddalena manuela marcella marina massimo maurizio michela mirella monica nadia nicola noemi orlando "
    "ottavio patrizia piero raffaele renato rita rocco romina rosaria sabrina samuele sandro sara serena sergio silvio simona sofia sonia "
    "tiziana tommaso umberto valeria vanessa veronica vito vittoria zeno bas bart bas coen cor daphne eline els fleur floor frans fred gijs "
    "guus hanneke hein ilse inge iris jaap jasper jelle joep joke joost jorrit kim koen laura leen lieke linda loes luuk maarten maaike "
    "mandy margriet marit marloes martijn mees menno merel mieke mirjam monique nienke niels noortje olaf paulien peter petra pim rianne "
    "rik rob robin roel roos ruben ruud sjoerd stan sterre stijn suzan teun thea tess tessa thijs tijn wouter yara caglar oguz gulsen ozlem "
    "busra yasemin serife sultan hanife kemal ahmed aylin can cem deniz derya ebru erkan esra fatih gizem hakan kadir melek merve "
    "nur onur orhan ozan pinar selin selim serkan sevgi sibel tolga tuba turgut ugur umut volkan yavuz yeliz zehra "
    "khaled omar hassan hussein ahmad youssef mahmoud fatima aisha layla nour rania samir tariq karim leila amina zainab ivana marko nikola "
    "petar milica ana jelena dusan katka eva lucie tereza honza pavel tomas jiri petr",
)

FAMILY = (
    # One in two hundred or more, in some country.
    "muller schmidt schneider fischer weber meyer smith jones johnson williams brown taylor garcia rodriguez "
    "martinez fernandez lopez gonzalez martin rossi russo ferrari jong jansen vries nowak kowalski yilmaz kaya "
    "demir иванов смирнов иванова андерссон andersson johansson karlsson nilsson jensen nielsen hansen wang li zhang liu chen "
    "nguyen kim lee park singh patel khan silva santos 王 李 张 刘 陈 김 이 박 佐藤 鈴木 papadopoulos παπαδοπουλος",
    # Common.
    "wagner becker schulz hoffmann schafer koch bauer richter klein wolf schroder neumann schwarz zimmermann braun kruger hofmann "
    "hartmann lange schmitt werner schmitz krause meier lehmann schmid schulze maier kohler herrmann konig walter mayer huber kaiser fuchs "
    "peters lang scholz moller weiss jung hahn schubert vogel friedrich keller gunther frank berger winkler roth beck lorenz baumann "
    "franke albrecht schuster simon ludwig bohm winter kraus martin schumacher kramer vogt stein jager otto sommer gross seidel heinrich brandt "
    "haas schreiber graf schulte dietrich ziegler kuhn pohl engel horn busch bergmann thomas voigt sauer arnold wolff pfeiffer "
    "davies wilson evans thomas roberts walker wright robinson thompson white hughes edwards green hall wood harris lewis martin "
    "jackson clarke clark turner hill scott cooper morris ward moore king watson baker harrison morgan allen young mitchell james anderson "
    "phillips lee bell parker davis miller hernandez perez sanchez ramirez torres flores rivera gomez diaz reyes cruz morales "
    "bernard dubois robert richard petit durand leroy moreau simon laurent lefebvre michel david bertrand roux vincent fournier morel girard "
    "andre lefevre mercier dupont lambert bonnet francois ruiz jimenez moreno munoz alvarez romero alonso gutierrez navarro dominguez "
    "vazquez ramos gil serrano blanco molina suarez ortega esposito bianchi romano colombo ricci marino greco bruno gallo conti luca mancini "
    "costa giordano rizzo lombardi moretti berg dijk bakker janssen visser smit meijer boer mulder groot bos vos hendriks leeuwen dekker brouwer "
    "wisniewski wisniewska wojcik kowalczyk kaminski lewandowski zielinski szymanski wozniak dabrowski kozlowski jankowski mazur krawczyk "
    "sahin celik yildiz yildirim ozturk aydin ozdemir arslan dogan kilic кузнецов попов васильев петров соколов морозов волков "
    "кузнецова петрова eriksson larsson olsson persson svensson gustafsson pedersen andersen christensen larsen olsen ivanov petrov "
    "yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin tanaka suzuki sato takahashi watanabe ito yamamoto nakamura 高橋 田中",
)


@lru_cache(maxsize=1)
def _classes() -> tuple[dict[str, int], dict[str, int]]:
    given, family = (
        {word: place for place in range(len(table) - 1, -1, -1) for word in words_of(table[place])}
        for table in (GIVEN, FAMILY)
    )
    return given, family


def share_of_given(word: str) -> float:
    """How many of a country's people bear a folded given name, roughly."""
    place = _classes()[0].get(word, 2 if is_listed(word) else 3)
    return SHARES[place]


def share_of_family(word: str) -> float:
    """How many of a country's people bear a folded family name, roughly."""
    return SHARES[_classes()[1].get(word, 2 if word in _classes()[0] else 3)]


def is_given_name(word: str) -> bool:
    """Whether somebody is known to be called so: then it is no slip of the finger."""
    return word in _classes()[0] or is_listed(word)
