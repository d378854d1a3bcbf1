//! Who came to a talk, from looks at who was there (requirement D7).

use super::Absent;

/// Who was there at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// The buyer had a page open.
    pub buyer: bool,
    /// The seller had.
    pub seller: bool,
}

/// Who stayed away from a talk that nobody began, of which so many looks were to be had: whoever wasn't there at half of
/// them or more. If both were, it is the seller's to begin, who didn't, unless the buyer gave no answer when they did.
/// Where hardly anybody looked nothing is held against anybody.
pub fn absent(looks: &[Here], wanted: usize, unanswered: bool) -> Absent {
    if looks.len() * 2 < wanted {
        return Absent::Both;
    }
    let came = |here: fn(&Here) -> bool| {
        let times = looks.iter().filter(|look| here(look)).count();
        times > 0 && times * 2 >= looks.len()
    };
    match (came(|look| look.buyer), came(|look| look.seller)) {
        (false, false) => Absent::Both,
        (false, true) => Absent::Buyer,
        (true, true) if unanswered => Absent::Buyer,
        (true, _) => Absent::Seller,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_time_is_enough_and_nobody_begins_but_the_seller() {
        let looks = |buyer: usize, seller: usize| -> Vec<Here> {
            (0..10)
                .map(|nth| Here {
                    buyer: nth < buyer,
                    seller: nth < seller,
                })
                .collect()
        };
        let cases = [
            ((0, 0), Absent::Both),
            ((4, 4), Absent::Both),
            ((4, 5), Absent::Buyer),
            ((5, 4), Absent::Seller),
            ((10, 10), Absent::Seller),
        ];
        for ((buyer, seller), expected) in cases {
            assert_eq!(absent(&looks(buyer, seller), 11, false), expected, "{buyer} {seller}");
        }
        assert_eq!(absent(&looks(10, 10), 11, true), Absent::Buyer);
        assert_eq!(absent(&looks(0, 10)[..5], 11, false), Absent::Both);
        assert_eq!(absent(&[], 11, false), Absent::Both);
    }
}
