//! What holds a card can be neither printed nor copied nor serialised, and wipes itself.

use std::fmt::{Debug, Display, LowerHex};
use std::marker::PhantomData;

use gateway_domain::CardSecret;
use gateway_domain::card::{Cvv, EncryptedCard, Holder, Pan};
use gateway_edge::http::HttpRequest;
use gateway_ports::attempts::ClaimedAttempt;
use gateway_ports::provider::ChargeRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::ZeroizeOnDrop;

/// Whether a type has a trait: its own constant hides the trait's of the same name, where it exists.
macro_rules! has {
    ($type:ty, $trait:path) => {{
        #[allow(dead_code, reason = "used only where the type lacks the trait")]
        trait Otherwise {
            const HAS: bool = false;
        }
        struct Probe<T: ?Sized>(PhantomData<T>);
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code, reason = "used only where the type has the trait")]
        impl<T: ?Sized + $trait> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

/// The traits of a type that would let its content out.
macro_rules! leaks {
    ($type:ty) => {{
        let traits = [
            ("Debug", has!($type, Debug)),
            ("Display", has!($type, Display)),
            ("LowerHex", has!($type, LowerHex)),
            ("Clone", has!($type, Clone)),
            ("Copy", has!($type, Copy)),
            ("ToString", has!($type, ToString)),
            ("Serialize", has!($type, Serialize)),
            ("Deserialize", has!($type, DeserializeOwned)),
            ("AsRef<str>", has!($type, AsRef<str>)),
            ("AsRef<[u8]>", has!($type, AsRef<[u8]>)),
            ("Deref", has!($type, std::ops::Deref)),
            ("Into<String>", has!($type, Into<String>)),
        ];
        traits.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect::<Vec<_>>()
    }};
}

const NONE: [&str; 0] = [];

#[test]
fn secrets_have_no_way_out_but_the_one_that_is_named_so() {
    assert_eq!(leaks!(Pan), NONE);
    assert_eq!(leaks!(Cvv), NONE);
    assert_eq!(leaks!(EncryptedCard), NONE);
    assert_eq!(leaks!(Holder), NONE);
    assert_eq!(leaks!(CardSecret), NONE);
}

#[test]
fn nor_has_what_carries_them() {
    assert_eq!(leaks!(HttpRequest), NONE);
    assert_eq!(leaks!(ChargeRequest<'static>), NONE);
    assert_eq!(leaks!(ClaimedAttempt), NONE);
}

#[test]
fn the_check_sees_what_a_type_has() {
    let of_text = ["Debug", "Display", "Clone", "ToString", "Serialize", "Deserialize", "AsRef<str>"];
    assert_eq!(leaks!(String), [of_text.as_slice(), &["AsRef<[u8]>", "Deref", "Into<String>"]].concat());
}

#[test]
fn secrets_are_zeroed_when_they_are_dropped() {
    let zeroed = [
        has!(Pan, ZeroizeOnDrop),
        has!(Cvv, ZeroizeOnDrop),
        has!(EncryptedCard, ZeroizeOnDrop),
        has!(Holder, ZeroizeOnDrop),
    ];
    assert_eq!(zeroed, [true; 4]);
    assert!(!has!(String, ZeroizeOnDrop));
    // The enum around them has nothing of its own to wipe: it drops its parts.
    assert!(std::mem::needs_drop::<CardSecret>());
}
