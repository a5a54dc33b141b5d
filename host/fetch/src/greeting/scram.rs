//! SCRAM (RFC 5802, with SHA-256 and SHA-512): the user proves to know the password without telling
//! it, and so does the broker.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac, pbkdf2};

use crate::settings::Mechanism;

/// The header of the exchange: no channel is bound to it. In the last message in base64.
const HEADER: &str = "n,,";
const HEADER_AGAIN: &str = "c=biws";

/// More rounds than any broker asks for; each takes processor time.
const ROUNDS_MAX: u32 = 1 << 20;

/// The hash of a mechanism.
#[derive(Clone, Copy)]
pub(super) struct Scram {
    derive: pbkdf2::Algorithm,
    sign: hmac::Algorithm,
    hash: &'static digest::Algorithm,
}

/// An exchange whose first message was sent.
pub(super) struct Begun {
    scram: Scram,
    first: String,
    nonce: String,
}

impl Scram {
    /// `None` means that the mechanism is another one.
    pub(super) fn of(mechanism: Mechanism) -> Option<Self> {
        Some(match mechanism {
            Mechanism::Plain => return None,
            Mechanism::ScramSha256 => Self {
                derive: pbkdf2::PBKDF2_HMAC_SHA256,
                sign: hmac::HMAC_SHA256,
                hash: &digest::SHA256,
            },
            Mechanism::ScramSha512 => Self {
                derive: pbkdf2::PBKDF2_HMAC_SHA512,
                sign: hmac::HMAC_SHA512,
                hash: &digest::SHA512,
            },
        })
    }

    /// Begins the exchange; the bytes are the first message.
    pub(super) fn begin(self, user: &str) -> (Begun, Vec<u8>) {
        let mut random = [0; 18];
        SystemRandom::new().fill(&mut random).expect("this computer gives random bytes");
        self.begin_with(user, BASE64.encode(random))
    }

    fn begin_with(self, user: &str, nonce: String) -> (Begun, Vec<u8>) {
        let user = user.replace('=', "=3D").replace(',', "=2C");
        let first = format!("n={user},r={nonce}");
        let message = format!("{HEADER}{first}").into_bytes();
        (Begun { scram: self, first, nonce }, message)
    }

    fn signed(self, key: &[u8], message: &[u8]) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(self.sign, key), message)
    }
}

impl Begun {
    /// The answer to the broker's `challenge`, and what the broker has to say to it.
    pub(super) fn prove(
        &self,
        challenge: &[u8],
        password: &str,
    ) -> Result<(Vec<u8>, Bytes), &'static str> {
        const WRONG: &str = "its challenge is not one of SCRAM";
        let scram = self.scram;
        let challenge = std::str::from_utf8(challenge).map_err(|_| WRONG)?;
        let mut parts = challenge.split(',');
        let mut part = |name: &str| parts.next().and_then(|part| part.strip_prefix(name));
        let nonce = part("r=").filter(|nonce| nonce.starts_with(&self.nonce)).ok_or(WRONG)?;
        let salt = part("s=").and_then(|salt| BASE64.decode(salt).ok()).ok_or(WRONG)?;
        let rounds = part("i=").and_then(|rounds| rounds.parse::<NonZeroU32>().ok());
        let rounds = rounds.filter(|rounds| rounds.get() <= ROUNDS_MAX).ok_or(WRONG)?;
        let mut salted = vec![0; scram.hash.output_len()];
        pbkdf2::derive(scram.derive, rounds, &salt, password.as_bytes(), &mut salted);
        let last = format!("{HEADER_AGAIN},r={nonce}");
        let spoken = format!("{},{challenge},{last}", self.first);
        let client_key = scram.signed(&salted, b"Client Key");
        let stored_key = digest::digest(scram.hash, client_key.as_ref());
        let signature = scram.signed(stored_key.as_ref(), spoken.as_bytes());
        let proof =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign);
        let proof = BASE64.encode(proof.collect::<Vec<u8>>());
        let server_key = scram.signed(&salted, b"Server Key");
        let server = scram.signed(server_key.as_ref(), spoken.as_bytes());
        let expected = format!("v={}", BASE64.encode(server.as_ref()));
        Ok((format!("{last},p={proof}").into_bytes(), expected.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange that RFC 7677 gives as its example.
    #[test]
    fn the_example_of_the_standard() {
        let scram = Scram::of(Mechanism::ScramSha256).expect("it is one");
        let (begun, first) = scram.begin_with("user", "rOprNGfwEbeRWgbNEkqO".to_owned());
        assert_eq!(first, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let (proof, expected) = begun.prove(challenge, "pencil").expect("the challenge is good");
        let words = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(String::from_utf8(proof).expect("it is text"), words);
        assert_eq!(expected, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn a_challenge_that_is_none_is_refused() {
        let scram = Scram::of(Mechanism::ScramSha512).expect("it is one");
        let (begun, first) = scram.begin_with("a=b,c", "xyz".to_owned());
        assert_eq!(first, b"n,,n=a=3Db=2Cc,r=xyz");
        for challenge in [
            "",
            "r=other,s=QQ==,i=4096",
            "r=xyz1,s=!,i=4096",
            "r=xyz1,s=QQ==,i=0",
            "r=xyz1,s=QQ==,i=999999999",
            "s=QQ==,r=xyz1,i=4096",
        ] {
            assert!(begun.prove(challenge.as_bytes(), "p").is_err(), "{challenge}");
        }
    }

    #[test]
    fn no_two_exchanges_begin_alike() {
        let begin = || Scram::of(Mechanism::ScramSha256).map(|scram| scram.begin("u").1);
        assert_ne!(begin(), begin());
    }
}
