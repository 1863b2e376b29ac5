"""Cities of Brazil with the weights of states in the openings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class City:
    """A city with its state, the name of the state's abbreviation and its telephone area code."""

    name: str
    state: str
    abbreviation: str
    area_code: int


#: State, abbreviation, relative number of openings, area code, cities by size.
_STATES: tuple[tuple[str, str, float, int, tuple[str, ...]], ...] = (
    ("São Paulo", "SP", 79.6, 11, (
        "São Paulo", "Campinas", "Barueri", "Guarulhos", "Osasco", "São Bernardo do Campo", "Santo André",
        "Jundiaí", "Sorocaba", "São José dos Campos", "Ribeirão Preto", "Hortolândia", "Cajamar",
        "São Caetano do Sul", "Taboão da Serra", "Indaiatuba", "Santos", "Piracicaba")),
    ("Minas Gerais", "MG", 5.3, 31, ("Belo Horizonte", "Contagem", "Uberlândia", "Nova Lima",
    "Juiz de Fora")),
    ("Rio de Janeiro", "RJ", 4.5, 21, ("Rio de Janeiro", "Niterói", "Macaé", "Duque de Caxias")),
    ("Pernambuco", "PE", 4.4, 81, ("Recife", "Olinda", "Jaboatão dos Guararapes")),
    ("Paraná", "PR", 1.6, 41, ("Curitiba", "Londrina", "Maringá")),
    ("Ceará", "CE", 1.3, 85, ("Fortaleza", "Maracanaú")),
    ("Rio Grande do Sul", "RS", 0.8, 51, ("Porto Alegre", "Caxias do Sul", "Canoas")),
    ("Santa Catarina", "SC", 0.6, 48, ("Florianópolis", "Joinville", "Blumenau")),
    ("Distrito Federal", "DF", 0.5, 61, ("Brasília",)),
    ("Amazonas", "AM", 0.4, 92, ("Manaus",)),
    ("Bahia", "BA", 0.3, 71, ("Salvador", "Camaçari", "Feira de Santana")),
    ("Goiás", "GO", 0.15, 62, ("Goiânia", "Anápolis")),
    ("Paraíba", "PB", 0.1, 83, ("João Pessoa", "Campina Grande")),
    ("Espirito Santo", "ES", 0.1, 27, ("Vitória", "Serra")),
    ("Pará", "PA", 0.1, 91, ("Belém",)),
    ("Maranhão", "MA", 0.1, 98, ("São Luís",)),
    ("Mato Grosso", "MT", 0.07, 65, ("Cuiabá",)),
    ("Rio Grande do Norte", "RN", 0.05, 84, ("Natal",)),
    ("Alagoas", "AL", 0.05, 82, ("Maceió",)),
    ("Sergipe", "SE", 0.05, 79, ("Aracaju",)),
    ("Piauí", "PI", 0.05, 86, ("Teresina",)),
    ("Mato Grosso do Sul", "MS", 0.04, 67, ("Campo Grande",)),
    ("Rondônia", "RO", 0.04, 69, ("Porto Velho",)),
)  # fmt: skip

CITIES = tuple(City(name, state, short, code) for state, short, _, code, names in _STATES for name in names)
STATES = tuple(state for state, *_ in _STATES)
#: The position of each city's state in STATES.
STATE_OF = np.array([STATES.index(city.state) for city in CITIES], np.int16)


def _weigh_cities() -> NDArray[np.float64]:
    """Return relative numbers of openings: the first city of a state has most of them."""
    weights = [weight / 2.3**position for _, _, weight, _, names in _STATES for position in range(len(names))]
    return np.array(weights)


CITY_WEIGHTS = _weigh_cities()
