"""Fictitious people: French names of every shape. Any likeness to a real person is chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

SURNAMES = tuple(
    (
        "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux "
        "David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure "
        "André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément "
        "Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer "
        "Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche "
        "Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier "
        "Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy "
        "Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury "
        "Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard "
        "Baron Bertin Bailly Hervé Schneider Fernandez Collet Léger Bouvier Julien Prévost Millet Perrot Daniel "
        "Cousin Germain Breton Besson Langlois Rémy Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber "
        "Mallet Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier "
        "Chevallier Collin Chauvin Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret "
        "Barthélemy Cordier Pichon Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Gonçalves Ferreira Öztürk "
        "Kowalski Nowak Nguyen Traoré Diallo Benali Haddad"
    ).split()
)
PARTICLES = (
    "de La Roche", "d'Aubigny", "Le Goff", "Le Gall", "N'Diaye", "L'Hermitte", "de Oliveira", "Ben Saïd", "El Amrani",
    "Du Pré", "O'Brien", "da Silva", "van der Meer", "Saint-Aubin", "Le Corre", "d'Estrées", "M'Bala", "Abd El Kader",
)  # fmt: skip
WOMEN = tuple(
    (
        "Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Véronique Sandrine Stéphanie Céline "
        "Sophie Julie Aurélie Émilie Laëtitia Virginie Karine Élodie Camille Léa Manon Chloé Inès Zoé Jade Anaïs "
        "Mélanie Fatima Aïcha Nadia Samira Aminata Fatou Mariama Thi-Hoa Ana Maria Joana Ève Agnès Béatrice Cécile "
        "Delphine Estelle Fabienne Gaëlle Hélène Irène Jocelyne Kadiatou Lucie Maëlle Noémie Océane Pauline Romane "
        "Solène Thaïs Ursule Violette Yasmine Marie-Claude Anne-Sophie Marie-Thérèse Lou-Ann Clémence Apolline "
        "Rosalie Danielle Monique Jacqueline Brigitte Martine Colette"
    ).split()
)
MEN = tuple(
    (
        "Jean Pierre Michel Philippe Alain Patrick Nicolas Christophe Frédéric Stéphane Laurent David Julien "
        "Sébastien Thomas Alexandre Maxime Antoine Lucas Hugo Théo Enzo Mathis Noé Raphaël Gaël Loïc Yann Erwan "
        "Mohamed Karim Rachid Mamadou Ousmane Ibrahima Minh Paulo José Jean-Pierre Jean-Marc Pierre-Yves Aurélien "
        "Benoît Cédric Damien Étienne François Grégory Hervé Ismaël Jérôme Kévin Léon Mickaël Noël Olivier Pascal "
        "Quentin Régis Samuel Tristan Ulysse Vincent Xavier"
    ).split()
)
ABROAD = (
    ("99350", "Casablanca"), ("99352", "Oran"), ("99351", "Sousse"), ("99139", "Porto"), ("99134", "Séville"),
    ("99127", "Turin"), ("99341", "Thiès"), ("99335", "Bamako"), ("99326", "Bouaké"), ("99322", "Douala"),
    ("99243", "Đà Nẵng"), ("99114", "Iași"), ("99122", "Łódź"), ("99208", "Izmir"), ("99410", "Port-au-Prince"),
)  # fmt: skip
LONG_NAME = (
    "de la Trémoille d'Argenson de Saint-Hilaire du Plessis-Bellière de Montmorency-Laval de La Rochefou"
)


@dataclass(frozen=True)
class NameStock:
    """The names of a region, a frequent one repeated as often as it is borne, and the shares of its people."""

    surnames: Sequence[str] = SURNAMES
    women: Sequence[str] = WOMEN
    men: Sequence[str] = MEN
    share_of_women: float = 0.85  # as in the field
    share_born_abroad: float = 0.14
    share_of_usage_names: float = 0.35  # among women


@dataclass(frozen=True)
class Civil:
    """The civil traits of one fictitious person; `born_abroad` is (country code, town) or None."""

    birth_name: str
    first_names: tuple[str, ...]
    usage_name: str
    sex: str
    birth_date: str
    born_abroad: tuple[str, str] | None


def _surname(rng: Random, stock: NameStock) -> str:
    draw = rng.random()
    if draw < 0.06:
        return rng.choice(PARTICLES)
    if draw < 0.12:
        return f"{rng.choice(stock.surnames)}-{rng.choice(stock.surnames)}"
    return rng.choice(stock.surnames)


def civil(rng: Random, this_year: int, stock: NameStock) -> Civil:
    """One person of working age."""
    sex = "F" if rng.random() < stock.share_of_women else "M"
    firsts = stock.women if sex == "F" else stock.men
    born = f"{this_year - rng.randint(19, 64)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    abroad = rng.choice(ABROAD) if rng.random() < stock.share_born_abroad else None
    if abroad and rng.random() < 0.08:
        born = f"{born[:4]}-00-00"  # civil registries that know the year only
    return Civil(
        birth_name=_surname(rng, stock),
        first_names=tuple(dict.fromkeys(rng.sample(firsts, rng.choices((1, 2, 3, 4), (35, 40, 20, 5))[0]))),
        usage_name=_surname(rng, stock) if sex == "F" and rng.random() < stock.share_of_usage_names else "",
        sex=sex,
        birth_date=born,
        born_abroad=abroad,
    )


def civils(rng: Random, count: int, this_year: int, stock: NameStock | None = None) -> list[Civil]:
    """`count` people, with the awkward ones every group has: homonyms, twins, a 100-character name, a single name."""
    stock = stock or NameStock()
    people = [civil(rng, this_year, stock) for _ in range(count)]
    for place in range(40, count - 1, 350):
        model = people[place]
        twin = rng.choice(stock.women if model.sex == "F" else stock.men)
        people[place + 1] = Civil(
            model.birth_name, (twin,), "", model.sex, model.birth_date, model.born_abroad
        )
    for place in range(100, count - 1, 400):
        model = people[place]
        other_day = f"{int(model.birth_date[:4]) - 7}{model.birth_date[4:]}"
        people[place + 1] = Civil(model.birth_name, model.first_names, "", model.sex, other_day, None)
    if count > 60:
        people[60] = Civil(LONG_NAME, ("Charles-Henri", "Marie"), "", "M", "1971-07-14", None)
        people[61] = Civil("Soosairaj", (), "", "M", "1988-00-00", ("99223", "Madurai"))
    return people
