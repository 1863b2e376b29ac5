"""A small vocabulary of skills, for tests of the requirement explainer."""

from functools import cache

from script_shared.requirements.explainer import RequirementExplainer
from script_shared.requirements.vocabulary import Vocabulary

SKILLS = """
[software]
Java: java 17, core java
Spring Boot: springboot < Java
Kotlin
JavaScript: java script, js
React: react.js, reactjs < JavaScript
Angular < JavaScript
Python
~Go: golang, linguagem go
~C
C#: csharp
C++
.NET: dotnet
[cloud]
Cloud
AWS < Cloud
Azure < Cloud
Docker
Docker Compose < Docker
[sap]
SAP
SAP MM: modulo mm, ~mm < SAP
SAP SD: ~sd < SAP
SAP FI: fi/co, ~fi < SAP
SAP CO: fi/co, ~co < SAP
[business]
Contas a pagar: conta a pagar, accounts payable
TI
Nota fiscal: notas fiscais
[language]
English: ingles
Spanish: espanhol
[ignored]
Not a skill: go live, horario comercial
"""


@cache
def make_explainer():
    """Return an explainer of the small vocabulary."""
    return RequirementExplainer(Vocabulary.parse(SKILLS))


def find_names(text):
    """Return the names of the skills that a text mentions, without those that it denies, in order."""
    explainer = make_explainer()
    mentions = explainer.find_mentions(text)
    return [explainer.vocabulary.skills[mention.skill].name for mention in mentions if not mention.is_negated]
