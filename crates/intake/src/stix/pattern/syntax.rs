//! The tree of a pattern. Texts without escapes are borrowed from the pattern.

use std::borrow::Cow;

/// A pattern as parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern<'p> {
    /// The outermost observation expression.
    pub root: Observation<'p>,
}

/// An observation expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation<'p> {
    /// `[…]`: one observation fulfils the comparison.
    One(Comparison<'p>),
    /// All of them, in any order.
    And(Vec<Observation<'p>>),
    /// Any of them.
    Or(Vec<Observation<'p>>),
    /// One after the other.
    FollowedBy(Vec<Observation<'p>>),
    /// With a bound on when or how often.
    Qualified(Box<Observation<'p>>, Qualifier),
}

/// When or how often observations have to be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// Within this many seconds of each other.
    Within(f64),
    /// This many times.
    Repeats(u64),
    /// Between these two times, as written.
    Between(String, String),
}

/// A comparison expression: what one observation has to look like.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison<'p> {
    /// All of them.
    And(Vec<Comparison<'p>>),
    /// Any of them.
    Or(Vec<Comparison<'p>>),
    /// One test of one property.
    Test(Test<'p>),
    /// The property is there, or with `negated` is not.
    Exists {
        /// Which property.
        path: Path<'p>,
        /// `NOT EXISTS`.
        negated: bool,
    },
}

/// A property compared with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Test<'p> {
    /// Which property.
    pub path: Path<'p>,
    /// `NOT` before the operator.
    pub negated: bool,
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub operand: Operand<'p>,
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`, also written `==`.
    Equal,
    /// `!=`, also written `<>`.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `IN`: equal to one of a set.
    In,
    /// `LIKE`: `%` any text, `_` any character.
    Like,
    /// `MATCHES`: a PCRE regular expression.
    Matches,
    /// `ISSUBSET`: an address or network lies within a network.
    IsSubset,
    /// `ISSUPERSET`: a network contains an address or network.
    IsSuperset,
}

/// What a property is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand<'p> {
    /// One value.
    One(Literal<'p>),
    /// The values of `IN`.
    Set(Vec<Literal<'p>>),
}

/// A value in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal<'p> {
    /// `'…'`, escapes resolved.
    Text(Cow<'p, str>),
    /// A whole number as written, of any size.
    Integer(&'p str),
    /// A number with a decimal point, as written.
    Float(&'p str),
    /// `true` or `false`.
    Boolean(bool),
    /// `h'…'`: the hexadecimal digits.
    Hex(&'p str),
    /// `b'…'`: the Base64 characters.
    Binary(&'p str),
    /// `t'…'`: an RFC 3339 timestamp in UTC.
    Timestamp(&'p str),
}

/// A property of an object: `file:hashes.'SHA-256'`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path<'p> {
    /// The type before the colon.
    pub kind: &'p str,
    /// The steps after it; the first is always a key.
    pub steps: Vec<Step<'p>>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<'p> {
    /// A property, dictionary key, or the object a `…_ref` names.
    Key(Cow<'p, str>),
    /// `[n]`: an element of a list; negative counts from the end.
    Index(i64),
    /// `[*]`: any element of a list.
    Any,
}
