"""Names, telephone numbers and places of many countries, for made-up people.

The locales of `HELD_OUT` are never looked at while weights are chosen; their names are in no table of the
matching either.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Locale:
    """One country's names and numbers.

    Attributes:
        male, female: Given names; ``name:latin`` where the script is another.
        married: how a wife's family name follows from her husband's, "a" in Polish or Russian.
        nicknames: Rows of a given name and what friends say.
        mobile, landline: Templates after the country code; ``#`` is any digit, ``2-9`` digits are ``%``.
        family_first: The family name is written first.
    """

    code: str
    region: str
    calling: str
    male: tuple[str, ...]
    female: tuple[str, ...]
    family: tuple[str, ...]
    nicknames: tuple[tuple[str, ...], ...]
    mobile: str
    landline: str
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    married: tuple[tuple[str, str], ...] = ()
    family_first: bool = False

    def number(self, random: Random, *, mobile: bool) -> str:
        """A new number in international form."""
        template = self.mobile if mobile else self.landline
        digits = "".join(
            str(random.randrange(10))
            if mark == "#"
            else str(random.randrange(2, 10))
            if mark == "%"
            else mark
            for mark in template
        )
        return f"+{self.calling}{digits}"


def _rows(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.split()) for row in text.split(",") if row.strip())


def _locale(code: str, numbers: str, **parts: str) -> Locale:
    region, calling, mobile, landline = numbers.split()
    married = tuple(
        (old, new)
        for old, _, new in (each.partition(">") for each in parts.get("married", "").split())
    )
    return Locale(
        code,
        region,
        calling,
        tuple(parts["male"].split()),
        tuple(parts["female"].split()),
        tuple(each.replace("_", " ") for each in parts["family"].split()),
        _rows(parts.get("nick", "")),
        mobile,
        landline,
        tuple(each.strip() for each in parts["streets"].split(",")),
        tuple(each.strip() for each in parts["cities"].split(",")),
        married,
        family_first=parts.get("order") == "family",
    )


DEVELOPED = (
    _locale(
        "de",
        "DE 49 151%####### 30%#######",
        male="Thomas Michael Andreas Stefan Jürgen Peter Klaus Wolfgang Uwe Bernd Lukas Jonas Felix Maximilian "
        "Alexander Sebastian Tobias Matthias Jörg Günther Heinrich Johannes Friedrich Tim Jan Paul Emil Anton "
        "Karl-Heinz Hans-Peter Robert Benjamin Christian Moritz Joachim Rüdiger",
        female="Sabine Petra Susanne Monika Anna Lena Lea Laura Julia Katharina Christine Elisabeth Margarete "
        "Ingrid Ursula Renate Claudia Andrea Stefanie Marie Sophie Emma Clara Johanna Barbara Käthe Gudrun "
        "Anne-Marie Jana Hannah Magdalena Franziska Ulrike Gabriele",
        family="Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer "
        "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Krause "
        "Lehmann Köhler Maier Huber Kaiser Fuchs Vogel Jäger Groß Weiß Löffler Wittkamp Brandstätter Ahrens "
        "Oppermann Thalbach Steinbrück Sonnenschein Dürrenmatt Kühnert Bröcker Haverkamp",
        nick="Thomas Tom Tommy,Michael Michi Micha,Andreas Andi,Alexander Alex Sascha,Sebastian Basti,"
        "Maximilian Max,Matthias Matze Hias,Heinrich Heiner,Johannes Hannes Jo,Friedrich Fritz,Robert Bob,"
        "Benjamin Ben,Christian Chris,Katharina Kathi Käthe,Elisabeth Lisa Elli,Margarete Grete Gretel,"
        "Susanne Susi Sanne,Stefanie Steffi,Magdalena Lena Leni,Barbara Bärbel,Gabriele Gabi,Franziska Franzi,"
        "Ulrike Uli,Christine Tina,Johanna Hanna,Ursula Uschi,Joachim Jochen",
        streets="Hauptstraße, Gartenweg, Lindenallee, Schillerstr., Am Markt, Bahnhofstraße, Mühlenweg",
        cities="10115 Berlin, 20095 Hamburg, 80331 München, 50667 Köln, 01067 Dresden, 90402 Nürnberg",
    ),
    _locale(
        "gb",
        "GB 44 77##%##### 20%#######",
        male="James John William Thomas George Harry Oliver Jack Charles Robert David Richard Edward Daniel "
        "Matthew Andrew Christopher Stephen Nicholas Anthony Benjamin Samuel Alfred Henry Peter Joseph Philip",
        female="Elizabeth Margaret Mary Catherine Sarah Emily Charlotte Victoria Alexandra Susan Patricia "
        "Jennifer Rebecca Deborah Katherine Emma Olivia Grace Alice Lucy Hannah Anna Jessica Helen Pamela",
        family="Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker "
        "White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis Harris Cooper Ward Turner Pemberton "
        "Ashdown Thornbury Whitaker Fairfax Hollingsworth Winterbourne O'Brien MacDonald Redfern Tilney",
        nick="James Jim Jimmy Jamie,William Bill Will Billy,Thomas Tom,Robert Bob Rob Bobby,Richard Dick Rick,"
        "Edward Ted Ed Eddie,Charles Charlie Chuck,Daniel Dan Danny,Matthew Matt,Andrew Andy Drew,"
        "Christopher Chris Kit,Nicholas Nick,Anthony Tony,Benjamin Ben,Samuel Sam,Henry Harry Hal,Joseph Joe,"
        "Elizabeth Liz Beth Betty Lizzie,Margaret Maggie Peggy Meg,Catherine Kate Cathy,Katherine Kathy Kate,"
        "Victoria Vicky,Susan Sue,Patricia Pat Tricia,Jennifer Jenny,Rebecca Becky,Deborah Debbie,"
        "Alexandra Alex Sandra,David Dave,Stephen Steve,John Jack Johnny,Philip Phil",
        streets="High Street, Church Lane, Station Road, Victoria Road, Mill Lane, Kings Avenue",
        cities="SW1A 1AA London, M1 1AE Manchester, EH1 1YZ Edinburgh, BS1 4DJ Bristol, LS1 4DY Leeds",
    ),
    _locale(
        "us",
        "US 1 212%###### 415%######",
        male="Michael Robert William David Richard Joseph Christopher Daniel Anthony Mark Steven Andrew Kenneth "
        "Joshua Kevin Brian Timothy Ronald Jason Jeffrey Ryan Jacob Gary Eric Jonathan Larry Frank Scott",
        female="Mary Patricia Jennifer Linda Barbara Susan Jessica Karen Lisa Nancy Sandra Ashley Kimberly Donna "
        "Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Cynthia Kathleen Amy Angela",
        family="Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson "
        "Anderson Thomas Moore Martin Lee Thompson White Harris Clark Lewis Young Allen King Scott Nguyen "
        "Ravenscroft Vanderbilt Kowalczuk Stanislawski Lindqvist Abernathy Featherstone Delacroix McAllister",
        nick="Michael Mike Mikey,Robert Bob Rob,William Bill Will,David Dave,Richard Rick Dick,Joseph Joe Joey,"
        "Christopher Chris,Daniel Dan,Anthony Tony,Steven Steve,Andrew Andy,Kenneth Ken,Joshua Josh,"
        "Timothy Tim,Ronald Ron,Jeffrey Jeff,Jacob Jake,Jonathan Jon,Patricia Pat Patty,Jennifer Jen Jenny,"
        "Barbara Barb,Susan Sue,Jessica Jess,Sandra Sandy,Kimberly Kim,Amanda Mandy,Deborah Deb,"
        "Stephanie Steph,Rebecca Becky,Cynthia Cindy,Kathleen Kathy,Angela Angie",
        streets="Main Street, Oak Avenue, Maple Drive, Washington Boulevard, Park Road",
        cities="10001 New York, 94103 San Francisco, 60601 Chicago, 02108 Boston",
    ),
    _locale(
        "fr",
        "FR 33 6%####### 1%#######",
        male="Jean Pierre Michel André Philippe François Étienne Théo Rémi Baptiste Guillaume Nicolas Frédéric "
        "Jean-Pierre Jean-Luc Christophe Sébastien Julien Antoine Mathieu Benoît Grégoire Hugo Louis",
        female="Marie Nathalie Isabelle Sylvie Catherine Françoise Amélie Élodie Margaux Océane Clémence Chloé "
        "Camille Céline Anne-Sophie Marie-Claire Juliette Hélène Dominique Élisabeth Valérie Manon",
        family="Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre "
        "Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont "
        "Chevallier Delacroix Besançon Desrosiers Vaugirard Beauregard Montfleury",
        nick="Philippe Phil,Nicolas Nico,Frédéric Fred,Christophe Chris,Sébastien Seb,Antoine Toine,"
        "Mathieu Mat,Guillaume Guigui,Nathalie Nath,Isabelle Isa,Catherine Cathy,Françoise Fanfan,"
        "Amélie Mélie,Élisabeth Babeth,Valérie Val,Dominique Dom,Grégoire Greg,Benoît Ben",
        streets="Rue de la Paix, Avenue Victor Hugo, Boulevard Voltaire, Place de l'Église, Rue du Moulin",
        cities="75001 Paris, 69001 Lyon, 13001 Marseille, 31000 Toulouse, 44000 Nantes",
    ),
    _locale(
        "es",
        "ES 34 6%####### 91%######",
        male="Antonio José Manuel Francisco Juan David Javier Carlos Jesús Alejandro Miguel Rafael Pedro Pablo "
        "Ángel Sergio Fernando Luis Jorge Alberto Álvaro Diego Adrián Raúl Ignacio",
        female="María Carmen Ana Isabel Laura Cristina Marta Lucía Dolores Pilar Josefa Teresa Paula Sara Elena "
        "Rosario Mercedes Beatriz Concepción Silvia Rocío Inmaculada Guadalupe Raquel",
        family="García_López Fernández_Ruiz González_Pérez Rodríguez_Gómez López_Martín Martínez_Díaz "
        "Sánchez_Moreno Pérez_Álvarez Gómez_Romero Jiménez_Navarro Ruiz_Torres Hernández_Vázquez Díaz_Ramos "
        "Moreno_Gil Muñoz_Serrano Álvarez_Blanco Romero_Molina Alonso_Suárez Gutiérrez_Ortega Iglesias_Rubio "
        "Zubizarreta_Etxeberria Valdeolmillos_Cano Santamaría_Quiroga",
        nick="José Pepe,Francisco Paco Pancho,Manuel Manolo,Antonio Toño,Jesús Chus,Ignacio Nacho,Rafael Rafa,"
        "Javier Javi,Alejandro Alex,Fernando Fer,Alberto Berto,Dolores Lola,Pilar Pili,Josefa Pepa,"
        "Teresa Tere,Concepción Concha,Mercedes Merche,Rosario Charo,Isabel Isa,Cristina Cris,"
        "Guadalupe Lupe,Inmaculada Inma,Beatriz Bea",
        streets="Calle Mayor, Avenida de la Constitución, Plaza de España, Calle del Sol",
        cities="28001 Madrid, 08001 Barcelona, 41001 Sevilla, 46001 Valencia",
    ),
    _locale(
        "it",
        "IT 39 34%####### 06%#######",
        male="Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco "
        "Domenico Bruno Paolo Michele Lorenzo Alessandro Andrea Matteo Niccolò Federico Roberto",
        female="Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Francesca Caterina Chiara Giulia Sofia "
        "Alessandra Valentina Federica Elisabetta Antonella Margherita Simona Beatrice Loredana",
        family="Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca "
        "Mancini Costa Giordano Rizzo Lombardi Moretti Di_Stefano Della_Valle Santoro Pellegrini Quattrocchi "
        "Mastroianni Buonarroti Scognamiglio",
        nick="Giuseppe Beppe Peppe Pino,Giovanni Gianni Nino,Francesco Franco Ciccio,Vincenzo Enzo,"
        "Salvatore Totò Turi,Luigi Gigi,Alessandro Sandro Ale,Domenico Mimmo,Lorenzo Renzo,Roberto Robi,"
        "Giuseppina Pina,Francesca Franci,Elisabetta Betta Lisa,Alessandra Sandra Ale,Margherita Rita,"
        "Federica Fede,Valentina Vale,Caterina Rina Cate,Giovanna Vanna,Antonella Anto",
        streets="Via Roma, Via Garibaldi, Corso Italia, Piazza Dante, Via Mazzini",
        cities="00184 Roma, 20121 Milano, 80132 Napoli, 50122 Firenze",
    ),
    _locale(
        "nl",
        "NL 31 6%####### 20%######",
        male="Jan Pieter Cornelis Johannes Hendrik Willem Gerrit Dirk Daan Sem Bram Thijs Ruben Joost Maarten "
        "Sander Jeroen Martijn Piet Klaas Wouter Frederik",
        female="Maria Johanna Anna Cornelia Elisabeth Wilhelmina Catharina Emma Sanne Lotte Femke Marieke "
        "Anneke Saskia Ingrid Esther Margriet Hendrika Jacoba Marijke Fleur Roos",
        family="de_Jong Jansen de_Vries van_den_Berg van_Dijk Bakker Janssen Visser Smit Meijer de_Boer Mulder "
        "de_Groot Bos Vos Peters Hendriks van_Leeuwen Dekker Brouwer de_Wit Dijkstra Smits van_der_Meer "
        "Kuipers van_'t_Hoff Hoogendoorn Nieuwenhuizen Oosterbeek",
        nick="Pieter Piet,Cornelis Cor Kees,Johannes Hans Jan,Hendrik Henk,Willem Wim,Gerrit Ger,Frederik Freek,"
        "Maarten Maart,Johanna Jo Joke Annie,Wilhelmina Mina Willie,Catharina Trijntje Toos,"
        "Elisabeth Bep Els,Cornelia Corrie,Maria Ria Marie,Jacoba Coba,Hendrika Riek Rika",
        streets="Dorpsstraat, Kerkstraat, Molenweg, Prins Hendrikkade, Stationsplein",
        cities="1012 AB Amsterdam, 3011 AD Rotterdam, 3511 CE Utrecht, 9711 LM Groningen",
    ),
    _locale(
        "pl",
        "PL 48 60%###### 22%######",
        male="Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Stanisław Jakub Adam Marek Łukasz Grzegorz "
        "Wojciech Mateusz Zbigniew Jerzy Kazimierz",
        female="Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna "
        "Aleksandra Zofia Teresa Jadwiga Danuta Monika Karolina Wiesława",
        family="Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak "
        "Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Zając Pawłowski "
        "Brzęczyszczykiewicz Niewiadomski Gołębiowski",
        nick="Piotr Piotrek,Krzysztof Krzysiek Krzyś,Andrzej Jędrek,Tomasz Tomek,Stanisław Staszek,"
        "Jakub Kuba,Grzegorz Grzesiek,Wojciech Wojtek,Zbigniew Zbyszek,Jerzy Jurek,Katarzyna Kasia,"
        "Małgorzata Gosia Małgosia,Agnieszka Aga,Barbara Basia,Krystyna Krysia,Elżbieta Ela,Magdalena Magda,"
        "Joanna Asia,Aleksandra Ola,Zofia Zosia,Jadwiga Jadzia",
        streets="ul. Długa, ul. Polna, Aleje Jerozolimskie, ul. Kościuszki",
        cities="00-001 Warszawa, 31-001 Kraków, 80-001 Gdańsk",
        married="ski>ska cki>cka",
    ),
    _locale(
        "tr",
        "TR 90 53%####### 212%######",
        male="Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Emre Çağlar Oğuz",
        female="Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Sultan Hanife Gülşen Özlem Büşra Yasemin",
        family="Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin "
        "Karagözoğlu Küçükkaya Hacıömeroğlu",
        nick="Mehmet Memo,Mustafa Mıstık,İbrahim İbo,Fatma Fatoş,Ayşe Ayşegül",
        streets="Atatürk Caddesi, İstiklal Caddesi, Bağdat Caddesi",
        cities="34000 İstanbul, 06000 Ankara, 35000 İzmir",
    ),
    _locale(
        "ru",
        "RU 7 91%####### 495%######",
        male="Александр:Aleksandr Сергей:Sergey Дмитрий:Dmitry Алексей:Alexey Андрей:Andrey Михаил:Mikhail "
        "Евгений:Evgeny Владимир:Vladimir Юрий:Yuri Николай:Nikolai Иван:Ivan",
        female="Елена:Elena Ольга:Olga Наталья:Natalia Екатерина:Ekaterina Анна:Anna Татьяна:Tatiana "
        "Мария:Maria Юлия:Yulia Ксения:Ksenia Дарья:Daria Светлана:Svetlana",
        family="Иванов:Ivanov Смирнов:Smirnov Кузнецов:Kuznetsov Попов:Popov Васильев:Vasiliev Петров:Petrov "
        "Соколов:Sokolov Морозов:Morozov Волков:Volkov Лебедев:Lebedev Козлов:Kozlov Щербаков:Shcherbakov "
        "Чайковский:Tchaikovsky Жуков:Zhukov",
        nick="Александр Саша,Сергей Серёжа,Дмитрий Дима,Алексей Лёша,Михаил Миша,Евгений Женя,Владимир Вова,"
        "Николай Коля,Иван Ваня,Елена Лена,Ольга Оля,Наталья Наташа,Екатерина Катя,Татьяна Таня,Мария Маша,"
        "Юлия Юля,Светлана Света",
        streets="улица Ленина, Невский проспект, Тверская улица",
        cities="101000 Москва, 190000 Санкт-Петербург",
        married="ов>ова ев>ева ский>ская",
    ),
    _locale(
        "gr",
        "GR 30 69%####### 21%#######",
        male="Γιώργος:Giorgos Δημήτρης:Dimitris Κώστας:Kostas Γιάννης:Giannis Νίκος:Nikos Παναγιώτης:Panagiotis",
        female="Μαρία:Maria Ελένη:Eleni Αικατερίνη:Aikaterini Βασιλική:Vasiliki Σοφία:Sofia Αγγελική:Angeliki",
        family="Παπαδόπουλος:Papadopoulos Αλεξίου:Alexiou Γεωργίου:Georgiou Νικολάου:Nikolaou Ιωάννου:Ioannou "
        "Χατζηδάκης:Chatzidakis Οικονόμου:Oikonomou",
        nick="Παναγιώτης Πάνος,Δημήτρης Μήτσος,Αικατερίνη Κατερίνα,Βασιλική Βάσω,Ελένη Λένα",
        streets="Ερμού, Πανεπιστημίου, Αθηνάς",
        cities="105 51 Αθήνα, 546 21 Θεσσαλονίκη",
    ),
    _locale(
        "cn",
        "CN 86 138######## 10########",
        male="伟:Wei 强:Qiang 磊:Lei 军:Jun 明:Ming 建国:Jianguo 志强:Zhiqiang 文博:Wenbo 勇:Yong 杰:Jie 涛:Tao "
        "建华:Jianhua 海涛:Haitao 国强:Guoqiang 俊杰:Junjie 浩:Hao",
        female="芳:Fang 娜:Na 秀英:Xiuying 丽:Li 静:Jing 晓燕:Xiaoyan 雪梅:Xuemei 艳:Yan 桂英:Guiying 玉兰:Yulan "
        "婷婷:Tingting 欣怡:Xinyi 佳:Jia 红:Hong 慧:Hui",
        family="王:Wang 李:Li 张:Zhang 刘:Liu 陈:Chen 杨:Yang 黄:Huang 赵:Zhao 吴:Wu 周:Zhou 徐:Xu 孙:Sun 马:Ma "
        "朱:Zhu 胡:Hu 郭:Guo 何:He 高:Gao 林:Lin 欧阳:Ouyang 司马:Sima",
        streets="人民路, 中山路, 解放大道",
        cities="100000 北京, 200000 上海",
        order="family",
    ),
    _locale(
        "jp",
        "JP 81 90%####### 3%#######",
        male="太郎:Taro 健一:Kenichi 翔太:Shota 大輔:Daisuke 直樹:Naoki 拓也:Takuya 隆:Takashi 浩:Hiroshi 誠:Makoto "
        "修:Osamu 健太:Kenta 達也:Tatsuya 蓮:Ren",
        female="花子:Hanako 陽子:Yoko 美咲:Misaki 恵子:Keiko 由美:Yumi 愛:Ai 久美子:Kumiko 明美:Akemi 裕子:Yuko "
        "さくら:Sakura 葵:Aoi 結衣:Yui",
        family="佐藤:Sato 鈴木:Suzuki 高橋:Takahashi 田中:Tanaka 渡辺:Watanabe 伊藤:Ito 山本:Yamamoto 中村:Nakamura "
        "小林:Kobayashi 加藤:Kato 吉田:Yoshida 山田:Yamada 佐々木:Sasaki 松本:Matsumoto 井上:Inoue 木村:Kimura "
        "林:Hayashi 清水:Shimizu 森:Mori 長谷川:Hasegawa",
        streets="本町, 中央, 桜台",
        cities="100-0001 東京都, 530-0001 大阪市",
        order="family",
    ),
    _locale(
        "se",
        "SE 46 70%###### 8%######",
        male="Lars Mikael Anders Johan Erik Per Karl Peter Björn Håkan Åke Göran Gustav Östen Sven",
        female="Anna Eva Maria Karin Kristina Elisabeth Birgitta Margareta Åsa Ingrid Märta Astrid Kerstin",
        family="Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson "
        "Lindström Bergström Åkesson Söderberg Nyqvist Ekelöf",
        nick="Lars Lasse,Mikael Micke,Karl Kalle,Gustav Gurra,Anders Ante,Kristina Kicki,Margareta Maggan,"
        "Birgitta Gittan,Elisabeth Lisbet,Per Pelle,Björn Nalle,Sven Svenne",
        streets="Storgatan, Kungsgatan, Drottninggatan",
        cities="111 22 Stockholm, 411 06 Göteborg",
    ),
)

HELD_OUT = (
    _locale(
        "hu",
        "HU 36 30%###### 1%######",
        male="László István József Zoltán Gábor Ferenc Attila Csaba Tamás Balázs Dénes Gergő Ákos Levente",
        female="Ildikó Erzsébet Zsuzsanna Ágnes Mónika Tünde Réka Boglárka Kinga Orsolya Emese Dóra Piroska",
        family="Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Lakatos Juhász "
        "Szentgyörgyi Csikszentmihályi Kőszegi Vörösmarty",
        nick="László Laci,István Pisti,József Józsi,Zoltán Zoli,Ferenc Feri,Erzsébet Erzsi Bözsi,Zsuzsanna Zsuzsi",
        streets="Petőfi utca, Kossuth tér, Rákóczi út",
        cities="1051 Budapest, 4024 Debrecen",
        order="family",
    ),
    _locale(
        "fi",
        "FI 358 40%###### 9%######",
        male="Juhani Tapani Antero Heikki Matti Pekka Jukka Timo Kari Mikko Väinö Aleksi Eetu Seppo",
        female="Anneli Johanna Helena Päivi Kaarina Leena Riitta Aino Tuulikki Minna Satu Marjatta Sirpa",
        family="Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen "
        "Saarinen Salminen Heinonen Niemi Räsänen Väisänen",
        nick="Juhani Jussi,Heikki Heka,Aleksi Ale,Johanna Jonna",
        streets="Mannerheimintie, Aleksanterinkatu, Hämeentie",
        cities="00100 Helsinki, 33100 Tampere",
    ),
    _locale(
        "pt",
        "PT 351 91%###### 21%######",
        male="João Rui Tiago Gonçalo Nuno Vasco Duarte Afonso Henrique Bernardo Joaquim Baltazar Zeferino",
        female="Inês Beatriz Joana Leonor Mafalda Graça Conceição Lurdes Filipa Madalena Fátima Rosário",
        family="Silva_Santos Ferreira_Pereira Oliveira_Costa Rodrigues_Martins Sousa_Gonçalves "
        "Carvalho_Almeida Pinto_Ribeiro Teixeira_Moreira Magalhães_Antunes Vasconcelos_Brandão",
        nick="Joaquim Quim,Henrique Rique,Conceição São,Bernardo Nando,Madalena Lena",
        streets="Rua Augusta, Avenida da Liberdade, Largo do Carmo",
        cities="1100-048 Lisboa, 4000-322 Porto",
    ),
    _locale(
        "ro",
        "RO 40 72%###### 21%######",
        male="Gheorghe Ion Vasile Constantin Mihai Dumitru Ștefan Cristian Bogdan Răzvan Sorin Traian",
        female="Elena Ioana Mihaela Cristina Alina Ștefania Georgiana Ileana Raluca Ruxandra Viorica Anca",
        family="Popescu Ionescu Popa Radu Dumitrescu Stan Stoica Gheorghiu Rusu Munteanu Constantinescu "
        "Țurcanu Brâncoveanu Bălănescu",
        nick="Gheorghe Gicu,Constantin Costel,Vasile Vasilică,Mihaela Miha,Georgiana Gina,Dumitru Mitică",
        streets="Strada Victoriei, Bulevardul Unirii, Calea Dorobanți",
        cities="010061 București, 400001 Cluj-Napoca",
    ),
    _locale(
        "kr",
        "KR 82 10%####### 2%#######",
        male="민수:Minsu 지훈:Jihun 성호:Seongho 영수:Yeongsu 준서:Junseo 현우:Hyeonu 동현:Donghyeon 상훈:Sanghun "
        "태현:Taehyeon 진호:Jinho",
        female="지영:Jiyeong 수진:Sujin 미경:Migyeong 은영:Eunyeong 서연:Seoyeon 지은:Jieun 혜진:Hyejin 유진:Yujin "
        "민지:Minji 하은:Haeun",
        family="김:Kim 이:Lee 박:Park 최:Choi 정:Jeong 강:Kang 조:Cho 윤:Yun 장:Jang 임:Lim 한:Han 오:Oh 서:Seo 신:Shin "
        "권:Kwon 황:Hwang",
        streets="세종대로, 강남대로",
        cities="04524 서울, 48058 부산",
        order="family",
    ),
    _locale(
        "in",
        "IN 91 98%####### 22%#######",
        male="Rajesh Suresh Ramesh Anil Sanjay Vijay Arjun Rohan Vikram Karthik Venkatesh Subramaniam Harish",
        female="Priya Anjali Sunita Lakshmi Deepa Kavita Meena Shreya Ananya Padma Radhika Gayatri Sushma",
        family="Sharma Verma Gupta Iyer Nair Reddy Rao Mehta Desai Chatterjee Mukherjee Banerjee Krishnan "
        "Srinivasan Bhattacharya Gopalakrishnan",
        nick="Rajesh Raju,Venkatesh Venky,Subramaniam Subbu,Lakshmi Lucky,Radhika Radha",
        streets="MG Road, Nehru Street, Gandhi Marg",
        cities="400001 Mumbai, 560001 Bengaluru",
    ),
)
