extension JSON {
    /// This document with `${VAR}` and `$include` as they are in `written`, wherever it says no more than they mean.
    ///
    /// Programs send back the whole config as they were shown it, with variables and files in place. `meaning` is
    /// what `written` became on loading.
    package func keepingReferences(of written: JSON, meaning: JSON) -> JSON {
        if self == meaning, written.holdsReference { return written }
        switch (self, written, meaning) {
        case (.object(let wanted), .object(let old), .object(let meant)):
            if old[ConfigIncludes.key] != nil { return Self.beside(old, wanted, meant) }
            return .object(
                JSONObject(
                    wanted.map { key, value in
                        guard let oldValue = old[key], let meantValue = meant[key] else {
                            return (key, value)
                        }
                        return (key, value.keepingReferences(of: oldValue, meaning: meantValue))
                    }))
        case (.array(let wanted), .array(let old), .array(let meant)) where old.count == meant.count:
            return .array(
                wanted.enumerated().map { index, value in
                    guard let place = value.counterpart(at: index, of: wanted.count, in: meant) else {
                        return value
                    }
                    return value.keepingReferences(of: old[place], meaning: meant[place])
                })
        default: return self
        }
    }

    /// What differs from the included files stands beside `$include`.
    private static func beside(_ old: JSONObject, _ wanted: JSONObject, _ meant: JSONObject) -> JSON {
        var result = old
        for (key, value) in wanted where meant[key] != value {
            result[key] = value.keepingReferences(of: old[key] ?? [:], meaning: meant[key] ?? [:])
        }
        for (key, _) in old where key != ConfigIncludes.key && wanted[key] == nil { result[key] = nil }
        return .object(result)
    }

    private var holdsReference: Bool {
        switch self {
        case .string(let text): VariableSubstitution.isReference(text) || text.hasEscapedReference
        case .object(let object):
            object[ConfigIncludes.key] != nil || object.contains { $0.value.holdsReference }
        case .array(let items): items.contains(where: \.holdsReference)
        default: false
        }
    }

    /// Items that have an `id` are found by it; others by their place, while no item came or went.
    func counterpart(at index: Int, of count: Int, in items: [JSON]) -> Int? {
        if let id = self["id"] { return items.firstIndex { $0["id"] == id } }
        return items.count == count ? index : nil
    }
}

extension String {
    /// Whether it holds `$${`, which loading turns into `${`.
    fileprivate var hasEscapedReference: Bool {
        let bytes = Array(utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: "$${".utf8) }
    }
}
