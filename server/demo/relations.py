"""People who are hard to tell apart, and people who are one although it hardly shows."""

from dataclasses import replace

from server.demo.names import CYRILLIC, ENGLISH, FRENCH, GERMAN, GREEK, POLISH, Language, Word
from server.demo.town import Town, named
from server.demo.writing import Human, Mail

Pair = tuple[Human, Human]
"""What Anna knows of a person, and what Ben knows of one."""


def doubtful(town: Town) -> list[Pair]:
    """Six people of whom each member holds a card, but no machine should be sure of it."""
    return [
        _name_only(town, FRENCH, Word("Sylvie", "sylvie"), Word("Laurent", "laurent")),
        _name_only(town, POLISH, Word("Marta", "marta"), Word("Wiśniewska", "wisniewska")),
        _initial(town),
        _given_name_only(town),
        _misspelt(town),
        _two_scripts(town),
    ]


def lookalikes(town: Town) -> list[Pair]:
    """Eight pairs of two people each, or of people and a practice, who share a name, a number or both."""
    return [
        _namesakes(town, GERMAN, Word("Thomas", "thomas"), Word("Schäfer", "schaefer")),
        _namesakes(town, GREEK, Word("Γιάννης", "giannis"), Word("Αλεξίου", "alexiou")),
        _father_and_son(town),
        _senior_and_junior(town),
        _twins(town),
        _spouses(town),
        _couple_and_one_of_them(town),
        _practice_and_doctor(town),
    ]


def _name_only(town: Town, language: Language, given: Word, family: Word) -> Pair:
    """One name, but each member has another number."""
    human = named(language, given, family)
    mail = Mail("home", f"{given.latin}@{family.latin}.example")
    return replace(human, phones=(town.landline(),)), replace(
        human, phones=(town.mobile(),), mails=(mail,)
    )


def _initial(town: Town) -> Pair:
    """One number, but one member wrote only the initial."""
    mobile = town.mobile()
    left = Human(
        "Theodore",
        "Ravenscroft",
        phones=(mobile,),
        mails=(Mail("home", "theo@ravenscroft.example"),),
    )
    return left, Human("T.", "Ravenscroft", phones=(mobile,))


def _given_name_only(town: Town) -> Pair:
    """One number, but one member knows only the given name."""
    landline = town.landline()
    return Human("Ilse", phones=(landline,)), Human(
        "Ilse", "Brandstätter", phones=(landline,), home=town.home()
    )


def _misspelt(town: Town) -> Pair:
    """One mobile number, but the names are spelt in two ways."""
    mobile = town.mobile()
    right = Human("Kathrin", "Hofmann", phones=(mobile,), organisation="Kranich Logistik")
    return Human("Katrin", "Hoffmann", phones=(mobile,)), right


def _two_scripts(town: Town) -> Pair:
    """One mobile number, but one member writes Cyrillic and the other Latin letters."""
    mobile = town.mobile()
    left = named(CYRILLIC, Word("Юлия", "yulia"), Word("Морозова", "morozova"))
    return replace(left, phones=(mobile,)), Human("Yulia", "Morozova", phones=(mobile,))


def _namesakes(town: Town, language: Language, given: Word, family: Word) -> Pair:
    """One name and nothing else: two birthdays, two numbers."""
    human = named(language, given, family)
    return (
        replace(human, phones=(town.mobile(),), birthday="1961-03-17"),
        replace(human, phones=(town.mobile(),), birthday="1988-09-02"),
    )


def _father_and_son(town: Town) -> Pair:
    """One name, one landline and one address, but a generation between the birthdays."""
    human = Human("Heinrich", "Vogelsang", phones=(town.landline(),), home=town.home())
    return replace(human, birthday="1939-01-24"), replace(human, birthday="1971-08-05")


def _senior_and_junior(town: Town) -> Pair:
    """One name and one landline, but one is the elder and one the younger."""
    human = named(ENGLISH, Word("Frank", "frank"), Word("Winterbourne", "winterbourne"))
    shared = replace(human, phones=(town.landline(),), home=town.home())
    return replace(shared, suffix="Sr."), replace(shared, suffix="Jr.")


def _twins(town: Town) -> Pair:
    """One birthday, landline, address and family mail, but two given names."""
    shared = Human(
        family="Engel",
        phones=(town.landline(),),
        mails=(Mail("home", "familie@engel.example"),),
        home=town.home(),
        birthday="2009-05-19",
    )
    return replace(shared, given="Clara"), replace(shared, given="Marlene")


def _spouses(town: Town) -> Pair:
    """One landline, address and family mail, but wife and husband."""
    shared = Human(
        family="Bergmann",
        phones=(town.landline(),),
        mails=(Mail("home", "die.bergmanns@example.org"),),
        home=town.home(),
    )
    return replace(shared, given="Silke"), replace(
        shared, given="Uwe", phones=(*shared.phones, town.mobile())
    )


def _couple_and_one_of_them(town: Town) -> Pair:
    """One landline, but one card is for both of them."""
    landline, home = town.landline(), town.home()
    couple = Human("Gudrun & Walter", "Petersen", phones=(landline,), home=home)
    return couple, Human("Walter", "Petersen", phones=(landline, town.mobile()), home=home)


def _practice_and_doctor(town: Town) -> Pair:
    """One number, but a practice and one who works there."""
    desk = town.landline("work")
    name = "Zahnarztpraxis Dr. Engelhardt"
    practice = Human(
        full=name,
        organisation=name,
        phones=(desk,),
        url="https://praxis-engelhardt.example",
        is_company=True,
    )
    return practice, Human("Robert", "Engelhardt", phones=(desk, town.mobile()), organisation=name)
