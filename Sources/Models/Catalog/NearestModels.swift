import Core

/// Finds the models somebody may have meant, or would take instead.
enum NearestModels {
    /// At most `limit` of `ids`, nearest first: the same words in the name, then the nearest version, then the fewest
    /// typing errors.
    ///
    /// Empty when none has a word in common.
    static func of(_ id: String, among ids: [String], limit: Int = 3) -> [String] {
        let wanted = ModelFamily(id)
        let ranked = ids.compactMap { other -> (id: String, rank: [Int])? in
            let family = ModelFamily(other)
            guard other != id, wanted.sharesWord(with: family) else { return nil }
            return (
                other,
                [wanted.wordsApart(from: family), wanted.versionsApart(from: family)]
                    + [NearestKey.distance(id.lowercased(), other.lowercased())]
            )
        }
        return ranked.sorted { a, b in
            a.rank == b.rank ? a.id < b.id : a.rank.lexicographicallyPrecedes(b.rank)
        }.prefix(limit).map(\.id)
    }
}

extension ModelFamily {
    /// The words without the numbers: `claude`, `opus`.
    private var names: Set<Substring> { Set(words.filter { $0.allSatisfy(\.isLetter) }) }

    fileprivate func sharesWord(with other: ModelFamily) -> Bool { !names.isDisjoint(with: other.names) }

    fileprivate func wordsApart(from other: ModelFamily) -> Int {
        names.symmetricDifference(other.names).count
    }

    /// A step of the first number counts for a hundred of the second.
    fileprivate func versionsApart(from other: ModelFamily) -> Int {
        func number(_ family: ModelFamily) -> Int { family.version.map { $0.major * 100 + $0.minor } ?? 0 }
        return abs(number(self) - number(other))
    }
}
