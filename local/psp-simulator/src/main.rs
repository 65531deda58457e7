//! A simulator of PagBank's charge API.

fn main() {}
