//! The texts of labs. Only the second file of the page's program shows them, so they stand beside the others: what [`super::Text`]
//! holds is in the first.

mod connections;
mod fields;
mod marks;
mod packets;
mod tcp;
mod wire;

pub use connections::ConnectionTexts;
pub use fields::FieldNames;
pub use marks::MarkTexts;
pub use packets::PacketTexts;
pub use tcp::TcpTexts;
pub use wire::WireTexts;

groups! {
    connections: ConnectionTexts,
    fields: FieldNames,
    marks: MarkTexts,
    packets: PacketTexts,
    tcp: TcpTexts,
    wire: WireTexts,
}

impl super::Language {
    /// The texts of labs.
    pub fn lab(self) -> &'static Text {
        match self {
            super::Language::English => &ENGLISH,
            super::Language::TraditionalChinese => &TRADITIONAL,
            super::Language::SimplifiedChinese => &SIMPLIFIED,
        }
    }
}
