"""The answer: draws with names, their diagnosis, their summary, their file."""

from hdsl.results.fit import Fit as Fit
from hdsl.results.fit import open_fit as open_fit
from hdsl.results.summary import Summary as Summary
from hdsl.results.variables import RunFacts as RunFacts
from hdsl.results.variables import Variable as Variable
