"""Those who only look alike, by kind; each maker plants some beings and says why they are confused.

A maker returns groups of beings of which both books hold some; whoever is in both is a true pair.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.quality.people import Being, World

Maker = Callable[[World], tuple[Being, ...]]

MUST = frozenset({"spouses", "generations", "twins", "namesakes", "child and parent"})
"""Between these the machine never makes a link, on no seed."""


def spouses(world: World) -> tuple[Being, ...]:
    """Wife and husband: one landline, one address, often one mail."""
    wife = _with_family_mail(world, world.person(male=False))
    husband = world.sharing_home(wife, replace(world.person(wife.locale, male=True)))
    husband = _of_family(world, husband, wife)
    if husband.given == wife.given:
        husband = world.named(husband, world.other_given(husband))
    if world.random.random() < 0.3:
        husband = replace(husband, mobiles=wife.mobiles)
    return _planted(world, "spouses", wife, husband)


def couples_of_one_name(world: World) -> tuple[Being, ...]:
    """Andrea and Andrea, Kim and Kim: one given name, one landline, two family names."""
    one = _with_family_mail(world, world.person())
    others = [world.person(one.locale, male=one.male) for _ in range(9)]
    other = next((each for each in others if each.family != one.family), None)
    if other is None:
        return _planted(world, "spouses", one)
    return _planted(world, "spouses", one, world.named(world.sharing_home(one, other), one.given))


def generations(world: World) -> tuple[Being, ...]:
    """Father and son of one name: told apart by Jr. and Sr. or by their birthdays."""
    father = replace(world.person(male=True), birthday=world.birthday(1930, 1955))
    son = replace(
        world.sharing_home(father, world.person(father.locale, male=True)),
        family=father.family,
        latin=father.latin,
        birthday=world.birthday(1958, 1990),
    )
    son = world.named(son, father.given)
    if world.random.random() < 0.5:
        father, son = replace(father, suffix="Sr."), replace(son, suffix="Jr.")
    return _planted(world, "generations", father, son)


def twins(world: World) -> tuple[Being, ...]:
    """One birthday, landline, address and family mail; names that may differ by one letter."""
    first = _with_family_mail(world, replace(world.person(), birthday=world.birthday(1990, 2016)))
    second = world.sharing_home(first, replace(world.person(first.locale, male=first.male)))
    second = replace(second, family=first.family, latin=(second.latin[0], first.latin[1]))
    alike = (
        "Lena Lea",
        "Tim Tom",
        "Anna Hanna",
        "Marie Maria",
        "Jan Jana",
        "Mia Pia",
        "Lisa Luisa",
    )
    given = world.other_given(first)
    if world.random.random() < 0.4 and first.latin[0] == first.given:
        one, given = world.random.choice(alike).split()
        first = world.named(first, one)
    second = replace(world.named(second, given), birthday=first.birthday)
    if world.random.random() < 0.5:  # children: the parents' number and mail
        second = replace(second, mobiles=first.mobiles, mails=first.mails)
    return _planted(world, "twins", first, second)


def namesakes(world: World) -> tuple[Being, ...]:
    """One name and nothing else in common, but perhaps a town."""
    one = world.person()
    other = replace(world.person(one.locale, male=one.male), family=one.family, latin=one.latin)
    other = world.named(other, one.given)
    if world.random.random() < 0.3:
        other = replace(other, address=(other.address[0], *one.address[1:]))
    return _planted(world, "namesakes", one, other)


def child_and_parent(world: World) -> tuple[Being, ...]:
    """A child whose number and mail are a parent's."""
    parent = _with_family_mail(world, world.person())
    child = world.sharing_home(parent, world.person(parent.locale))
    child = _of_family(world, child, parent)
    if child.given == parent.given:
        child = world.named(child, world.other_given(child))
    child = replace(child, birthday=world.birthday(2008, 2020), mobiles=parent.mobiles)
    if world.random.random() < 0.6:
        child = replace(child, mails=parent.mails)
    return _planted(world, "child and parent", parent, child)


def named_after(world: World) -> tuple[Being, ...]:
    """A grandchild with the grandparent's given name and another family name, or a middle name more."""
    elder = replace(world.person(), birthday=world.birthday(1930, 1950))
    young = world.sharing_home(elder, world.person(elder.locale, male=elder.male))
    young = replace(world.named(young, elder.given), birthday=world.birthday(1990, 2015))
    if world.random.random() < 0.5:
        middle = world.other_given(elder)
        young = replace(young, family=elder.family, middle=middle, latin=elder.latin)
    return _planted(world, "child and parent", elder, young)


def brothers_of_one_initial(world: World) -> tuple[Being, ...]:
    """Emil and Erik of one family: "E. Lorenz" may be either."""
    one = world.person(male=True)
    pool = [each.partition(":")[0] for each in one.locale.male]
    same = [each for each in pool if each[0] == one.given[0] and each != one.given]
    other = world.sharing_home(one, world.person(one.locale, male=True))
    other = replace(other, family=one.family, latin=one.latin)
    other = world.named(other, world.random.choice(same or [world.other_given(one)]))
    return _planted(world, "siblings", one, other)


def colleagues(world: World) -> tuple[Being, ...]:
    """Some people at one switchboard, two of them with one family name."""
    firm = organisation(world)[0]
    desk = firm.landlines
    staff = [
        replace(
            world.person(firm.locale), landlines=desk, employer=firm.family, address=firm.address
        )
        for _ in range(world.random.randint(3, 7))
    ]
    first, second = staff[:2]
    second = replace(second, family=first.family, latin=(second.latin[0], first.latin[1]))
    taken = {each.given for each in staff if each.family == first.family}
    names = [world.other_given(second) for _ in range(12)]
    staff[1] = world.named(second, next(name for name in names if name not in taken))
    if world.random.random() < 0.5:
        staff = [replace(each, family_mails=firm.mails) for each in staff]
    return _planted(world, "colleagues", firm, *staff)


def recycled_number(world: World) -> tuple[Being, ...]:
    """A mobile number that the provider gave to somebody else."""
    one = world.person()
    other = replace(world.person(one.locale), mobiles=one.mobiles)
    return _planted(world, "recycled number", one, other)


def couple(world: World) -> tuple[Being, ...]:
    """A card for both, and the two themselves."""
    wife, husband = spouses(world)
    both = Being(
        0,
        "couple",
        wife.locale,
        f"{wife.given} & {husband.given}",
        husband.family,
        latin=wife.latin,
        landlines=wife.landlines,
        family_mails=wife.family_mails,
        address=wife.address,
    )
    (kept,) = _planted(world, "couple and one of them", both)
    world.relate("couple and one of them", kept, wife)
    world.relate("couple and one of them", kept, husband)
    return kept, wife, husband


FIRMS = [
    "Bäckerei {}",
    "Autohaus {}",
    "{} Bau",
    "Elektro {}",
    "{} Logistik",
    "Hotel {}",
    "Gasthof {}",
    "{} & Partner",
    "Buchhandlung {}",
    "{} Consulting",
    "{} Software",
    "Garage {}",
    "Boulangerie {}",
    "Ristorante {}",
    "{} Trading",
    "Tischlerei {}",
]
LEGAL = {
    "de": "GmbH",
    "gb": "Ltd",
    "us": "Inc.",
    "fr": "SARL",
    "es": "S.L.",
    "it": "S.r.l.",
    "nl": "B.V.",
}


def organisation(world: World) -> tuple[Being, ...]:
    """A firm, and one of nearly its name."""
    random, locale = world.random, world.locale()
    stem = plainly(world, locale.family)
    form = random.choice(FIRMS)
    legal = LEGAL.get(locale.code, "")
    host = f"{stem.lower().replace(' ', '')}{random.randrange(10**6)}.example"

    def firm(name: str, domain: str) -> Being:
        return Being(
            0,
            "organisation",
            locale,
            family=name,
            former=legal,
            landlines=(locale.number(random, mobile=False),),
            mails=(f"info@{domain}",),
            address=world.address(locale),
        )

    first = firm(form.format(stem), host)
    second = firm(random.choice([each for each in FIRMS if each != form]).format(stem), f"x{host}")
    return _planted(world, "organisations", first, second)


def practice(world: World) -> tuple[Being, ...]:
    """A practice and the doctor who works there."""
    doctor = world.person()
    words = {"gb": "{} Surgery", "us": "{} Dental Clinic", "fr": "Cabinet {}", "es": "Clínica {}"}
    form = words.get(
        doctor.locale.code, world.random.choice(("Praxis Dr. {}", "Zahnarztpraxis {}"))
    )
    desk = replace(
        organisation(world)[0],
        sort="practice",
        locale=doctor.locale,
        family=form.format(doctor.family),
        former="",
        landlines=(doctor.locale.number(world.random, mobile=False),),
    )
    doctor = replace(doctor, landlines=desk.landlines, employer=desk.family, title="Dr.")
    return _planted(world, "practice and doctor", desk, doctor)


def mailbox(world: World) -> tuple[Being, ...]:
    """Two "Info" of different firms, and somebody who is reached there."""
    words = ("Info", "Service", "Support", "Sekretariat", "Newsletter", "Kundenservice", "Office")
    word = world.random.choice(words)
    boxes = [
        Being(
            0,
            "mailbox",
            world.locales[0],
            given=word,
            mails=(
                f"{plainly(world, (word,)).lower()}@firm{world.random.randrange(10**6)}.example",
            ),
        )
        for _ in range(2)
    ]
    reader = world.person()
    reader = replace(reader, family_mails=boxes[0].mails)
    return _planted(world, "mailboxes", *boxes, reader)


LOOK_ALIKES: tuple[Maker, ...] = (
    spouses,
    spouses,
    couples_of_one_name,
    generations,
    twins,
    namesakes,
    child_and_parent,
    named_after,
    brothers_of_one_initial,
    colleagues,
    recycled_number,
    couple,
    organisation,
    practice,
    mailbox,
)


def plainly(world: World, names: tuple[str, ...]) -> str:
    """One of some names, in Latin letters."""
    name, _, latin = world.choose(names).partition(":")
    return latin or name


def _planted(world: World, kind: str, *beings: Being) -> tuple[Being, ...]:
    kept = tuple(each if each.id else world.add(each) for each in beings)
    world.relate(kind, *kept)
    return kept


def _with_family_mail(world: World, being: Being) -> Being:
    if world.random.random() < 0.5:
        return being
    serial = world.random.randrange(10**6)
    return replace(being, family_mails=(f"die.familie{serial}@mail.example",))


def _of_family(world: World, other: Being, being: Being) -> Being:
    """`other` with the family name of `being`, in its own gender's form."""
    if other.male == being.male or not being.locale.married:
        return replace(other, family=being.family, latin=(other.latin[0], being.latin[1]))
    return other
