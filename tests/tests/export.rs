//! `GET …/export`: a session's log to take away (section 10).

mod tables;
