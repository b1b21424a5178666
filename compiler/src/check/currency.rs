//! The currencies of ISO 4217, list one, without funds, metals and testing codes.
//!
//! Source: SIX, the maintenance agency of ISO 4217, list of 2026. ANG, BGN, CUP and ZWG stay or came lately: contracts
//! outlive currencies. Invariant: the list is sorted.

use wf_plan::value::Currency;

const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP \
    LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN \
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS \
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// The currency of a code in upper case.
pub(super) fn named(code: &str) -> Option<Currency> {
    let known = CODES.split(' ').any(|known| known == code);
    let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
    known.then_some(Currency(bytes))
}

/// The code that may have been meant: the same in upper case, or one letter away.
pub(super) fn nearest(code: &str) -> Option<&'static str> {
    let upper = code.to_uppercase();
    let mut near: Vec<(usize, &str)> =
        CODES.split(' ').map(|known| (strsim::osa_distance(&upper, known), known)).collect();
    // Two letters swapped or one wrong; among equals those that most contracts are written in.
    near.retain(|(distance, _)| *distance <= 1);
    let common =
        |known: &str| ["EUR", "USD", "GBP", "CHF"].iter().position(|code| *code == known).unwrap_or(9);
    near.into_iter().min_by_key(|(distance, known)| (*distance, common(known))).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(named("EUR"), Some(Currency(*b"EUR")));
        assert_eq!((named("eur"), named("XXX"), named("")), (None, None, None));
        assert_eq!((nearest("eur"), nearest("EUO"), nearest("QQQ")), (Some("EUR"), Some("EUR"), None));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(CODES.split_whitespace().is_sorted());
    }
}
