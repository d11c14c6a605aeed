//! Recursive descent over the grammar of STIX 2.1 section 9.

use super::lexer::{Lexer, Sort, Token};
use super::literal::{is_digest_known, is_timestamp, is_wrong_digest, unescaped};
use super::{
    Comparison, Edition, Literal, Observation, Operand, Operator, Path, Pattern, PatternError, Qualifier,
    Step, Test,
};

/// Deepest nesting of parentheses; each costs stack.
const DEEPEST: usize = 100;
/// Most qualifiers behind one observation. Each wraps what is before it, so they cost stack as well.
const MOST_QUALIFIERS: usize = 100;

type Parsed<T> = Result<T, PatternError>;

impl<'p> Pattern<'p> {
    /// Reads a pattern. The error names the first character that cannot be read, and what was expected.
    pub fn parse(text: &'p str, edition: Edition) -> Result<Pattern<'p>, PatternError> {
        let mut lexer = Lexer::new(text);
        let ahead = lexer.next()?;
        let mut parser = Parser { lexer, ahead, edition, depth: 0 };
        let root = parser.followed_by()?;
        match parser.ahead.sort {
            Sort::End => Ok(Pattern { root }),
            _ => Err(parser.expected("the end, AND, OR, FOLLOWEDBY or a qualifier")),
        }
    }
}

struct Parser<'p> {
    lexer: Lexer<'p>,
    ahead: Token<'p>,
    edition: Edition,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn next(&mut self) -> Parsed<Token<'p>> {
        Ok(std::mem::replace(&mut self.ahead, self.lexer.next()?))
    }

    fn accept(&mut self, text: &str) -> Parsed<bool> {
        let is = self.ahead.is(text);
        if is {
            self.next()?;
        }
        Ok(is)
    }

    fn require(&mut self, text: &str) -> Parsed<()> {
        match self.accept(text)? {
            true => Ok(()),
            false => Err(self.expected(&format!("`{text}`"))),
        }
    }

    fn expected(&self, what: &str) -> PatternError {
        self.lexer.error(self.ahead.at, format!("{what} was expected, not {}", self.ahead.shown()))
    }

    fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return Err(self
                .lexer
                .error(self.ahead.at, format!("parentheses are nested deeper than {DEEPEST}")));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// One or more of `part` with `word` between them.
    fn chain<T>(&mut self, word: &str, join: fn(Vec<T>) -> T, part: fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let first = part(self)?;
        if !self.ahead.is(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.accept(word)? {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn followed_by(&mut self) -> Parsed<Observation<'p>> {
        self.chain("FOLLOWEDBY", Observation::FollowedBy, Self::any_observation)
    }

    fn any_observation(&mut self) -> Parsed<Observation<'p>> {
        self.chain("OR", Observation::Or, Self::all_observations)
    }

    fn all_observations(&mut self) -> Parsed<Observation<'p>> {
        self.chain("AND", Observation::And, Self::observation)
    }

    fn observation(&mut self) -> Parsed<Observation<'p>> {
        if self.accept("[")? {
            let comparison = self.any_comparison()?;
            self.require("]")?;
            return self.qualified(Observation::One(comparison), true);
        }
        if self.accept("(")? {
            let inside = self.nested(Self::followed_by)?;
            self.require(")")?;
            return self.qualified(inside, false);
        }
        Err(self.expected("an observation in square brackets"))
    }

    /// The qualifiers behind an observation. Directly behind brackets each sort may stand once (`simple`).
    fn qualified(&mut self, mut observation: Observation<'p>, simple: bool) -> Parsed<Observation<'p>> {
        let mut seen = Vec::new();
        loop {
            let word = self.ahead;
            let qualifier = match word.text {
                "WITHIN" if word.is("WITHIN") => self.within()?,
                "REPEATS" if word.is("REPEATS") => self.repeats()?,
                "START" if word.is("START") => self.between()?,
                _ => return Ok(observation),
            };
            if simple && seen.contains(&word.text) {
                return Err(self.lexer.error(word.at, format!("`{}` is there twice", word.text)));
            }
            if seen.len() == MOST_QUALIFIERS {
                let what = format!("there are more than {MOST_QUALIFIERS} qualifiers behind one observation");
                return Err(self.lexer.error(word.at, what));
            }
            seen.push(word.text);
            observation = Observation::Qualified(Box::new(observation), qualifier);
        }
    }

    fn within(&mut self) -> Parsed<Qualifier> {
        self.next()?;
        let seconds = match self.ahead {
            Token { sort: Sort::Integer | Sort::Float, text, .. } if !text.starts_with('-') => {
                text.parse().ok()
            }
            _ => None,
        };
        let seconds = seconds.ok_or_else(|| self.expected("a positive number of seconds"))?;
        self.next()?;
        self.require("SECONDS")?;
        Ok(Qualifier::Within(seconds))
    }

    fn repeats(&mut self) -> Parsed<Qualifier> {
        self.next()?;
        let times = match self.ahead {
            Token { sort: Sort::Integer, text, .. } => text.parse().ok(),
            _ => None,
        };
        let times = times.ok_or_else(|| self.expected("a positive whole number"))?;
        self.next()?;
        self.require("TIMES")?;
        Ok(Qualifier::Repeats(times))
    }

    fn between(&mut self) -> Parsed<Qualifier> {
        self.next()?;
        let start = self.time()?;
        self.require("STOP")?;
        let stop = self.time()?;
        Ok(Qualifier::Between(start, stop))
    }

    fn time(&mut self) -> Parsed<String> {
        let token = self.ahead;
        let plain = self.edition == Edition::V20
            && matches!(token.sort, Sort::Text { .. })
            && is_timestamp(token.text);
        if token.sort == Sort::Timestamp || plain {
            self.next()?;
            return Ok(token.text.to_owned());
        }
        Err(self.expected("a timestamp such as t'2025-03-01T09:30:00Z'"))
    }

    fn any_comparison(&mut self) -> Parsed<Comparison<'p>> {
        self.chain("OR", Comparison::Or, Self::all_comparisons)
    }

    fn all_comparisons(&mut self) -> Parsed<Comparison<'p>> {
        self.chain("AND", Comparison::And, Self::comparison)
    }

    fn comparison(&mut self) -> Parsed<Comparison<'p>> {
        if self.accept("(")? {
            let inside = self.nested(Self::any_comparison)?;
            self.require(")")?;
            return Ok(inside);
        }
        let negated = self.accept("NOT")?;
        if self.accept("EXISTS")? {
            return Ok(Comparison::Exists { path: self.path()?, negated });
        }
        if negated {
            return Err(self.expected("EXISTS (to negate a comparison, write NOT before its operator)"));
        }
        let path = self.path()?;
        let negated = self.accept("NOT")?;
        let (operator, operand) = self.operator_and_operand(&path)?;
        Ok(Comparison::Test(Test { path, negated, operator, operand }))
    }

    fn operator_and_operand(&mut self, path: &Path<'p>) -> Parsed<(Operator, Operand<'p>)> {
        let operator = self.operator()?;
        let operand = match operator {
            Operator::In => Operand::Set(self.set(path)?),
            Operator::Like | Operator::Matches | Operator::IsSubset | Operator::IsSuperset => {
                match self.ahead.sort {
                    Sort::Text { .. } => Operand::One(self.literal()?),
                    _ => return Err(self.expected("a text in single quotes")),
                }
            }
            Operator::Equal | Operator::NotEqual => Operand::One(self.value_of(path)?),
            _ if self.ahead.is("true") || self.ahead.is("false") => {
                return Err(self.expected("a value that has an order"));
            }
            _ => Operand::One(self.value_of(path)?),
        };
        Ok((operator, operand))
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let operator = match (self.ahead.sort, self.ahead.text) {
            (Sort::Sign, "=" | "==") => Operator::Equal,
            (Sort::Sign, "!=" | "<>") => Operator::NotEqual,
            (Sort::Sign, "<") => Operator::Less,
            (Sort::Sign, "<=") => Operator::LessOrEqual,
            (Sort::Sign, ">") => Operator::Greater,
            (Sort::Sign, ">=") => Operator::GreaterOrEqual,
            (Sort::Keyword, "IN") => Operator::In,
            (Sort::Keyword, "LIKE") => Operator::Like,
            (Sort::Keyword, "MATCHES") => Operator::Matches,
            (Sort::Keyword, "ISSUBSET") => Operator::IsSubset,
            (Sort::Keyword, "ISSUPERSET") => Operator::IsSuperset,
            _ => return Err(self.expected("a comparison operator")),
        };
        self.next()?;
        Ok(operator)
    }

    fn set(&mut self, path: &Path<'p>) -> Parsed<Vec<Literal<'p>>> {
        self.require("(")?;
        let mut values = Vec::new();
        if self.accept(")")? {
            return Ok(values);
        }
        loop {
            values.push(self.value_of(path)?);
            if self.accept(")")? {
                return Ok(values);
            }
            self.require(",")?;
        }
    }

    /// A literal that, for a digest, has to have the digest's form.
    fn value_of(&mut self, path: &Path<'p>) -> Parsed<Literal<'p>> {
        let token = self.ahead;
        let value = self.literal()?;
        let wrong = path.digest().filter(|algorithm| match &value {
            Literal::Text(digest) => is_wrong_digest(algorithm, digest),
            _ => is_digest_known(algorithm),
        });
        if let Some(algorithm) = wrong {
            return Err(self
                .lexer
                .error(token.at, format!("{} is not a digest of {algorithm}", token.shown())));
        }
        Ok(value)
    }

    fn literal(&mut self) -> Parsed<Literal<'p>> {
        let Token { sort, text, .. } = self.ahead;
        let literal = match sort {
            Sort::Text { escaped } => Literal::Text(unescaped(text, escaped)),
            Sort::Integer => Literal::Integer(text),
            Sort::Float => Literal::Float(text),
            Sort::Hex => Literal::Hex(text),
            Sort::Binary => Literal::Binary(text),
            Sort::Timestamp => Literal::Timestamp(text),
            Sort::Keyword if text == "true" || text == "false" => Literal::Boolean(text == "true"),
            _ => return Err(self.expected("a value (texts stand in single quotes)")),
        };
        self.next()?;
        Ok(literal)
    }

    fn path(&mut self) -> Parsed<Path<'p>> {
        let kind = match self.ahead.sort {
            Sort::Name | Sort::NameWithHyphen => self.next()?.text,
            _ => return Err(self.expected("an object path such as `domain-name:value`")),
        };
        self.require(":")?;
        let mut steps = Vec::with_capacity(2);
        steps.push(self.key()?);
        loop {
            if self.accept(".")? {
                steps.push(self.key()?);
            } else if self.accept("[")? {
                steps.push(self.index()?);
                self.require("]")?;
            } else {
                return Ok(Path { kind, steps });
            }
        }
    }

    fn key(&mut self) -> Parsed<Step<'p>> {
        let Token { sort, text, .. } = self.ahead;
        let key = match sort {
            Sort::Name => text.into(),
            Sort::Text { escaped } => unescaped(text, escaped),
            Sort::NameWithHyphen => {
                return Err(self.expected("a property name (with a hyphen it stands in quotes)"));
            }
            _ => return Err(self.expected("a property name")),
        };
        self.next()?;
        Ok(Step::Key(key))
    }

    fn index(&mut self) -> Parsed<Step<'p>> {
        if self.accept("*")? {
            return Ok(Step::Any);
        }
        let index = match self.ahead {
            Token { sort: Sort::Integer, text, .. } => text.parse().ok(),
            _ => None,
        };
        let index = index.ok_or_else(|| self.expected("`*` or a whole number"))?;
        self.next()?;
        Ok(Step::Index(index))
    }
}

impl Path<'_> {
    /// For a path into `hashes`, the algorithm.
    pub(super) fn digest(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [.., Step::Key(hashes), Step::Key(algorithm)] if hashes == "hashes" => Some(algorithm),
            _ => None,
        }
    }
}
