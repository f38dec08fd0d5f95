//! One operation of the REST interface as its route describes it.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};
use sockyard_protocol::schema::{Bounded, Schemas};

/// Makes a schema, and with it whatever that refers to.
pub(in crate::api) type SchemaOf = fn(&mut Schemas) -> Value;

/// Groups of operations, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Tag {
    Sessions,
    Sockets,
    Log,
    Labs,
    Exchange,
    Server,
}

impl Tag {
    pub(super) const ALL: &[Tag] =
        &[Tag::Sessions, Tag::Sockets, Tag::Log, Tag::Labs, Tag::Exchange, Tag::Server];

    pub(super) fn name(self) -> &'static str {
        match self {
            Tag::Sessions => "Sessions",
            Tag::Sockets => "Sockets",
            Tag::Log => "Log",
            Tag::Labs => "Labs",
            Tag::Exchange => "Exchange",
            Tag::Server => "Server",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Tag::Sessions => {
                "A session is one table of sockets and one log. It ends when nobody uses it for the grace time."
            }
            Tag::Sockets => {
                "Real sockets of the server's machine, with one operation for each call of the sockets API. The kernel \
                 answers: what it refuses comes back as its errno."
            }
            Tag::Log => "What happened in a session, event by event.",
            Tag::Labs => {
                "A lab is a network of a session's own: hosts, the packets between them, and a wire that can be made worse."
            }
            Tag::Exchange => "One shot without a session of one's own.",
            Tag::Server => "The server itself.",
        }
    }
}

/// Which token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Token {
    /// None.
    Nobodys,
    /// The owner's, where the server wants one.
    Owners,
    /// The session's own.
    Sessions,
    /// The owner's, or in the query a session's own.
    Either,
    /// The owner's, or one for the metrics.
    Operators,
}

/// A successful answer.
#[derive(Debug)]
pub(in crate::api) struct Success {
    pub(super) status: u16,
    pub(super) description: &'static str,
    /// By media type; without a schema it is what the operation's call returns.
    pub(super) bodies: Vec<(&'static str, Option<SchemaOf>)>,
    pub(super) example: Option<Value>,
    /// Names and descriptions of headers.
    pub(super) headers: Vec<(&'static str, &'static str)>,
    /// What can be done next with what the answer says.
    pub(super) links: Map<String, Value>,
}

impl Success {
    pub(in crate::api) fn new(status: u16, description: &'static str) -> Success {
        let (bodies, example, headers, links) = (Vec::new(), None, Vec::new(), Map::new());
        Success { status, description, bodies, example, headers, links }
    }

    /// What the operation's call returns.
    pub(in crate::api) fn returned(status: u16, description: &'static str) -> Success {
        let mut answer = Success::new(status, description);
        answer.bodies.push(("application/json", None));
        answer
    }

    pub(in crate::api) fn json(mut self, schema: SchemaOf) -> Success {
        self.bodies.push(("application/json", Some(schema)));
        self
    }

    /// Of any other media type; the body is a string.
    pub(in crate::api) fn body(mut self, kind: &'static str) -> Success {
        self.bodies.push((kind, Some(|_| json!({"type": "string"}))));
        self
    }

    pub(in crate::api) fn text(self, example: &str) -> Success {
        self.body("text/plain").example(example.into())
    }

    /// Of the first media type. What a call returns has an example already.
    pub(in crate::api) fn example(mut self, example: Value) -> Success {
        self.example = Some(example);
        self
    }

    pub(in crate::api) fn header(mut self, name: &'static str, description: &'static str) -> Success {
        self.headers.push((name, description));
        self
    }

    /// The answer's `parameter` is the path parameter of that name in each of these operations, whose other path
    /// parameters are those of the request.
    pub(in crate::api) fn leads_to(mut self, parameter: &str, field: &str, operations: &[&str]) -> Success {
        for id in operations {
            let mut parameters = json!({"session": "$request.path.session"});
            parameters[parameter] = format!("$response.body#/{field}").into();
            self.links
                .insert(format!("{id} of {field}"), json!({"operationId": id, "parameters": parameters}));
        }
        self
    }
}

/// What a request's body is.
#[derive(Debug)]
pub(super) enum Body {
    /// The parameters of the call but `socket`.
    Call,
    /// Another type, with an example by name.
    Other(SchemaOf, Vec<(&'static str, Value)>),
}

/// One operation.
#[derive(Debug)]
pub(in crate::api) struct Operation {
    pub(super) id: &'static str,
    pub(super) tag: Tag,
    /// The call that it makes: it gives the text and the examples, and errors follow from it.
    pub(super) call: Option<&'static str>,
    /// The summary, and after an empty line more.
    pub(super) text: &'static str,
    pub(super) token: Token,
    pub(super) body: Option<Body>,
    /// A struct whose fields are the parameters of the query.
    pub(super) query: Option<fn() -> Schema>,
    /// Names, schemas and descriptions of headers.
    pub(super) headers: Vec<(&'static str, Value, &'static str)>,
    pub(super) answers: Vec<Success>,
    /// Statuses of errors beyond those that follow from the rest.
    pub(super) fails: &'static [u16],
}

impl Operation {
    pub(in crate::api) fn new(id: &'static str, tag: Tag, text: &'static str) -> Operation {
        let (call, token, body, query) = (None, Token::Nobodys, None, None);
        Operation {
            id,
            tag,
            call,
            text,
            token,
            body,
            query,
            headers: Vec::new(),
            answers: Vec::new(),
            fails: &[],
        }
    }

    /// One that makes a call of a session. It takes the call's name.
    pub(in crate::api) fn call(tag: Tag, method: &'static str) -> Operation {
        Operation { call: Some(method), ..Operation::new(method, tag, "").token(Token::Sessions) }
    }

    pub(in crate::api) fn token(mut self, token: Token) -> Operation {
        self.token = token;
        self
    }

    /// Which token a request for it carries.
    pub(in crate::api) fn wanted(&self) -> Token {
        self.token
    }

    /// Takes the call's parameters as its body.
    pub(in crate::api) fn takes_params(mut self) -> Operation {
        self.body = Some(Body::Call);
        self
    }

    pub(in crate::api) fn takes(
        mut self,
        schema: SchemaOf,
        examples: Vec<(&'static str, Value)>,
    ) -> Operation {
        self.body = Some(Body::Other(schema, examples));
        self
    }

    /// Its query is a `T`.
    pub(in crate::api) fn query<T: JsonSchema>(mut self) -> Operation {
        self.query = Some(|| {
            let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
            settings.with_transform(Bounded).into_generator().into_root_schema_for::<T>()
        });
        self
    }

    pub(in crate::api) fn header(
        mut self,
        name: &'static str,
        schema: Value,
        description: &'static str,
    ) -> Operation {
        self.headers.push((name, schema, description));
        self
    }

    pub(in crate::api) fn answers(mut self, answer: Success) -> Operation {
        self.answers.push(answer);
        self
    }

    pub(in crate::api) fn fails(mut self, statuses: &'static [u16]) -> Operation {
        self.fails = statuses;
        self
    }
}
