"""CEL as Kubernetes speaks it. Upstream: apiserver/pkg/cel/library/*_test.go, cel-go/ext/bindings_test.go."""

import pytest

from cluster_sim.api import expressions

GIVEN = {"self": {"a": {"b": 1, "list": [3, 1]}, "name": "web", "labels": {"app": "x"}}}


@pytest.mark.parametrize(("expression", "value"), [
    ("self.a.?b.orValue(2)", 1),
    ("self.a.?c.orValue(2)", 2),
    ("self.?z.c.d.orValue('none')", "none"),
    ("self.?a.b.hasValue()", True),
    ("self.labels[?'app'].orValue('no')", "x"),
    ("self.labels[?'tier'].orValue('no')", "no"),
    ("self.name + '.?b'", "web.?b"),
    ("cel.bind(x, self.a.b, x + x)", 2),
    ("cel.bind(x, 2, cel.bind(y, 3, x * y))", 6),
    ("Object{metadata: Object.metadata{labels: {'a': 'b'}}}", {"metadata": {"labels": {"a": "b"}}}),
    ("'%s has %d of %.1f%%'.format([self.name, 2, 1.25])", "web has 2 of 1.2%"),
    ("self.a.list.isSorted()", False),
    ("quantity('1Gi').compareTo(quantity('1024Mi'))", 0),
    ("isURL('https://a.b/c') && url('https://a.b:8/c?q=1').getHost() == 'a.b:8'", True),
    ("isIP('10.0.0.1') && !isIP('10.0.0.256') && ip('fd00::1').family() == 6", True),
    ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", True),
    ("'a1b2'.findAll('[0-9]')", ["1", "2"]),
])
def test_the_dialect_is_read(expression, value):
    assert expressions.run(expression, GIVEN) == value


@pytest.mark.parametrize(("expression", "words"), [
    ("1 +", "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting"),
    ("a b", "ERROR: <input>:1:3: Syntax error"),
])
def test_what_cannot_be_read_is_pointed_at(expression, words):
    with pytest.raises(expressions.ExpressionError, match=words.replace("(", "\\(")):
        expressions.compiled(expression)


@pytest.mark.parametrize(("expression", "complaint"), [
    ("self.a", ""), ("self.all(x, x > 1)", ""), ("cel.bind(x, 1, x)", ""),
    ("self.a == other.b", "ERROR: <input>:1:11: undeclared reference to 'other' (in container '')\n | self.a == other.b\n | ..........^"),
])
def test_names_must_be_known(expression, complaint):
    assert expressions.undeclared(expression, ("self",)) == complaint


@pytest.mark.parametrize(("expression", "words"), [
    ("self.zz", "no such key: zz"), ("1 / 0", "division by zero"), ("1 + 'a'", "no such overload")])
def test_what_goes_wrong_is_told_in_cels_words(expression, words):
    with pytest.raises(Exception, match=".*") as caught:
        expressions.run(expression, GIVEN)
    assert expressions.reason(caught.value) == words
