//! The texts that only the second file of the page's program shows. They stand apart from the others because what [`super::Text`]
//! holds is in the first, in three languages.

mod charts;
mod code;
mod connections;
mod detail;
mod fields;
mod labels;
mod marks;
mod mistake;
mod outcome;
mod packets;
mod payload;
mod rules;
mod sequence;
mod states;
mod tcp;
mod wire;

pub use super::errors::Explanations;
pub use charts::ChartTexts;
pub use code::Code;
pub use connections::ConnectionTexts;
pub use detail::Detail;
pub use fields::FieldNames;
pub use labels::Labels;
pub use marks::MarkTexts;
pub use mistake::MistakeTexts;
pub use outcome::OutcomeTexts;
pub use packets::PacketTexts;
pub use payload::PayloadTexts;
pub use rules::RuleTexts;
pub use sequence::SequenceTexts;
pub use states::States;
pub use tcp::TcpTexts;
pub use wire::WireTexts;

groups! {
    charts: ChartTexts,
    code: Code,
    connections: ConnectionTexts,
    detail: Detail,
    explanations: Explanations,
    fields: FieldNames,
    labels: Labels,
    marks: MarkTexts,
    mistake: MistakeTexts,
    outcome: OutcomeTexts,
    packets: PacketTexts,
    payload: PayloadTexts,
    rules: RuleTexts,
    sequence: SequenceTexts,
    states: States,
    tcp: TcpTexts,
    wire: WireTexts,
}

impl super::Language {
    /// The texts that are not needed at first.
    pub fn later(self) -> &'static Text {
        match self {
            super::Language::English => &ENGLISH,
            super::Language::TraditionalChinese => &TRADITIONAL,
            super::Language::SimplifiedChinese => &SIMPLIFIED,
        }
    }
}
