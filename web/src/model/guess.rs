//! In which encoding bytes make sense. Bytes do not say it, so this is a guess: whoever decodes them tells what each
//! encoding reads, and what looks most like a language comes first.

/// The encodings that are tried, those met most often where sockets are taught.
pub const TRIED: [&str; 6] = ["utf-8", "gbk", "big5", "shift_jis", "euc-kr", "windows-1252"];

/// Characters that make up a large part of any Chinese or Japanese text, in both scripts.
const FREQUENT_HAN: &str = "的一是不了在人有我他這这中大來来上國国個个到說说們们為为子和你地出道也時时年得就那要下以生會会自\
著着去之過过家學学對对可她里裡後后小麼么心多天而能好都然沒没日於于起還还發发成事只作當当想看文無无開开手十用主行方又如前所\
本見见經经頭头面公同三已老從从動动兩两長长知民樣样現现分將将外但身些與与高意進进把法此實实回二理美點点月明其種种全工己話话\
者向情部正名定女問问力機机給给等幾几很業业最間间新什打便位因重被走電电四第門门相次東东海口使教西再平真聽听世氣气信北少關关內\
内加化由代產产入先山五水萬万市體体別别處处場场師师書书比住員员性通目報报立命難难數数件安表原車车應应路期常提感何更反合放做計\
计受光果界及今制解各任至清物記记共風风接特直服題题建南度色字請请交愛爱認认算論论百義义科元社術术結结指思非流管連连資资帶带\
條条變变言傳传保達达辦办運运必強强步完區区求品轉转量空技程告語语英基式識识收設设始史改議议形音單单據据網网專专包組组造漢汉試试\
測测服務务器客戶户端哈囉世界歡迎您謝谢";
/// Syllables that make up a large part of any Korean text.
const FREQUENT_HANGUL: &str = "이다는을가에의고하지한로기도사나리자어서인그아시들대수만정보일해전것라우장부상여주제스오조요습니까안녕세입국\
글말을를은과와으있없않되된할게면데었았했생각람때문년월신성동구공원무소방화";

/// What an encoding reads in some bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The encoding.
    pub encoding: &'static str,
    /// The text.
    pub text: String,
    score: f64,
}

/// Puts the encodings that can read some bytes in order, the likeliest first. `decodings` holds those that found no
/// mistake in them.
pub fn rank(decodings: Vec<(&'static str, String)>) -> Vec<Guess> {
    let mut guesses: Vec<Guess> = decodings
        .into_iter()
        .map(|(encoding, text)| {
            let own = match encoding {
                // Bytes of another encoding are hardly ever valid UTF-8 by chance.
                "utf-8" => 10.0,
                // It reads any bytes whatever.
                "windows-1252" => -0.5,
                _ => 0.0,
            };
            let score = likeliness(&text) + own;
            Guess { encoding, text, score }
        })
        .collect();
    guesses.sort_by(|one, other| other.score.total_cmp(&one.score));
    guesses
}

/// How much a text looks like one, on average over its characters that are not ASCII.
fn likeliness(text: &str) -> f64 {
    let mut before = ' ';
    let (mut sum, mut count) = (0.0, 0);
    for character in text.chars() {
        if !character.is_ascii() {
            sum += weight(character, before);
            count += 1;
        }
        before = character;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn weight(character: char, before: char) -> f64 {
    match character {
        // Hiragana and katakana.
        '\u{3041}'..='\u{30ff}' => 3.0,
        // Punctuation of East Asia, in full width.
        '\u{3001}'..='\u{3011}' | '\u{ff01}'..='\u{ff1f}' => 2.0,
        '\u{4e00}'..='\u{9fff}' if FREQUENT_HAN.contains(character) => 4.0,
        '\u{4e00}'..='\u{9fff}' => 1.0,
        '\u{ac00}'..='\u{d7a3}' if FREQUENT_HANGUL.contains(character) => 4.0,
        '\u{ac00}'..='\u{d7a3}' => 0.5,
        // Letters of Western Europe stand among others of its letters.
        '\u{c0}'..='\u{ff}' if before.is_ascii_alphabetic() => 2.0,
        '\u{2018}'..='\u{201d}' | '\u{20ac}' => 1.0,
        // Katakana in half width, controls, private use: hardly ever meant.
        '\u{ff61}'..='\u{ff9f}' | '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' => -3.0,
        _ => -1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `decodings` are what a browser reads in the same bytes.
    fn check(decodings: &[(&'static str, &str)], first: &str) {
        let ranked = rank(decodings.iter().map(|(name, text)| (*name, (*text).to_owned())).collect());
        assert_eq!(ranked[0].encoding, first, "{ranked:?}");
        assert_eq!(ranked.len(), decodings.len());
    }

    #[test]
    fn what_reads_like_a_language_comes_first() {
        // c4 e3 ba c3
        check(&[("gbk", "你好"), ("big5", "斕疑"), ("euc-kr", "켱볏"), ("windows-1252", "Äãºà")], "gbk");
        // 9d 68 d7 d6
        check(&[("gbk", "漢字"), ("shift_jis", "揄ﾗﾖ"), ("windows-1252", "\u{9d}h×Ö")], "gbk");
        // a7 41 a6 6e
        check(&[("gbk", "ˋn"), ("big5", "你好"), ("windows-1252", "§A¦n")], "big5");
        // 82 b1 82 f1 82 c9 82 bf 82 cd
        check(
            &[("gbk", "偙傫偵偪偼"), ("shift_jis", "こんにちは"), ("windows-1252", "‚±‚ñ‚É‚¿‚Í")],
            "shift_jis",
        );
        // be c8 b3 e7
        check(&[("gbk", "救崇"), ("euc-kr", "안녕"), ("windows-1252", "¾È³ç")], "euc-kr");
        // 63 61 66 e9 2e
        check(&[("windows-1252", "café.")], "windows-1252");
    }

    #[test]
    fn valid_utf_8_goes_before_everything() {
        check(&[("gbk", "鏄"), ("utf-8", "昄"), ("windows-1252", "æ˜„")], "utf-8");
    }
}
