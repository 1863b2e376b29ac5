"""Frequent function words by language, in lower case without accents.

A word of two letters or more that many texts contain whatever they are about. Languages share words: "que" is
Portuguese, Spanish and French.
"""

from __future__ import annotations

from collections.abc import Mapping

_PORTUGUESE = (
    "ao aos as apos ate com como cuja cujo da das de dela dele deles desde do dos ela elas ele eles "
    "em entre era essa esse esta estao estas este estes estou eu foi foram ha isso isto ja lhe mais "
    "mas me mesmo meu minha muito na nao nas nem no nos nossa nosso num numa ou para pela pelas pelo "
    "pelos por porque possui qual quando que quem se seja sem ser sera seu seus so sob sobre sua suas "
    "tambem tem tenho tinha um uma umas uns voce voces"
)
_ENGLISH = (
    "about after all also am an and any are as at be been before being between both but by can could "
    "did do does during each for from had has have he her his how if in into is it its may more most "
    "must my no not of on or our over she should so such than that the their them then there these "
    "they this those through to under us was we were what when where which who will with within would "
    "you your"
)
_SPANISH = (
    "al algo ante antes como con contra cual cuando de del desde donde durante el ella ellas ellos en "
    "entre era es esa ese esta estas este esto estos fue fueron ha han hasta hay la las le les lo los "
    "mas me mi mucho muy no nos nuestra nuestro para pero por porque que quien se segun ser si sin "
    "sobre son su sus tambien tiene un una unos ya"
)
_FRENCH = (
    "au aux avec ce ces cette comme dans de des du elle elles en entre est et etait etre eux il ils "
    "je la le les leur leurs lui mais me meme mes mon ne nos notre nous on ou par pas plus pour qu "
    "que qui sa sans se ses si son sont sous sur ta tes ton tous tout tres tu un une vos votre vous"
)
_GERMAN = (
    "als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer er "
    "es fur haben hat ich ihr ihre im in ist ja kann kein mit nach nicht noch nur oder sein sich sie "
    "sind so uber um und uns unser unter vom von vor war was wenn werden wie wir wird zu zum zur"
)
_ITALIAN = (
    "ai al alla alle anche che ci come con cui da dal dalla degli dei del della delle di dove ed era "
    "essere gli ha hanno il in io la le lo loro ma mi nei nel nella noi non nostra nostro ogni per "
    "piu quando quella quello questa questo se senza si sono su sua sue sul sulla suo tra un una uno"
)
#: Words by language code (ISO 639-1).
STOP_WORDS: Mapping[str, frozenset[str]] = {
    "pt": frozenset(_PORTUGUESE.split()),
    "en": frozenset(_ENGLISH.split()),
    "es": frozenset(_SPANISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "de": frozenset(_GERMAN.split()),
    "it": frozenset(_ITALIAN.split()),
}
