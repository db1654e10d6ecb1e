/// Finds the next small edit that brings a JSON5 text nearer to a wanted value.
struct ConfigEditor {
    struct Step {
        var edits: [TextEdit]
        /// Replaces the whole object or list, should the edits not give JSON5.
        var fallback: TextEdit
    }

    /// An object or list with its parts as they are written.
    private struct Container {
        var node: JSON5Node
        /// From the key to the end of the value.
        var parts: [Range<Int>]
    }

    let text: ConfigText

    init(_ document: JSON5Document) {
        text = ConfigText(document)
    }

    /// Nil when the text means `wanted` already.
    func step(to wanted: JSON) -> Step? { step(from: text.document.root, to: wanted) }

    private func step(from node: JSON5Node, to wanted: JSON) -> Step? {
        guard node.value != wanted else { return nil }
        switch (node.content, wanted) {
        case (.object(let members), .object(let object)): return step(in: node, members, to: object, wanted)
        case (.array(let items), .array(let wantedItems)):
            return step(in: node, items, to: wantedItems, wanted)
        case (.scalar(.number(let number)), .number(let wantedNumber))
        where number.isNaN && wantedNumber.isNaN:
            return nil
        default:
            return rewrite(of: node, to: wanted)
        }
    }

    private func rewrite(of node: JSON5Node, to wanted: JSON) -> Step {
        let edit = replacement(of: node, by: wanted)
        return Step(edits: [edit], fallback: edit)
    }

    private func step(in node: JSON5Node, _ members: [JSON5Member], to object: JSONObject, _ wanted: JSON)
        -> Step?
    {
        let parts = members.map { $0.keyRange.lowerBound..<$0.node.range.upperBound }
        let container = Container(node: node, parts: parts)
        for (index, member) in members.enumerated() {
            let isLast = !members[(index + 1)...].contains { $0.key == member.key }
            guard let value = object[member.key] else { return removal(of: index, from: container, wanted) }
            if isLast, let step = step(from: member.node, to: value) { return step }
        }
        for (key, value) in object where !members.contains(where: { $0.key == key }) {
            let style = text.style(near: node)
            return insertion(at: parts.count, into: container, wanted) { indent in
                style.key(key) + text.colon + style.render(value, indent: indent, text)
            }
        }
        return nil
    }

    private func step(in node: JSON5Node, _ items: [JSON5Node], to wantedItems: [JSON], _ wanted: JSON)
        -> Step?
    {
        let container = Container(node: node, parts: items.map(\.range))
        let common = zip(items, wantedItems).prefix { $0.value == $1 }.count
        let atEnd = zip(items.reversed(), wantedItems.reversed()).prefix { $0.value == $1 }.count
        let differing = max(items.count, wantedItems.count) - common - atEnd
        let isOneItem = items.count == wantedItems.count && differing <= 1
        if !isOneItem, let step = move(at: common, in: container, items, to: wantedItems, wanted) {
            return differing > Self.mostMoves ? rewrite(of: node, to: wanted) : step
        }
        if items.count > wantedItems.count {
            let isSuffixKept = common + atEnd >= wantedItems.count
            return removal(of: isSuffixKept ? common : items.count - 1, from: container, wanted)
        }
        if items.count < wantedItems.count, common + atEnd >= items.count {
            return insertion(of: wantedItems[common], at: common, into: container, wanted)
        }
        for (item, value) in zip(items, wantedItems) {
            if let step = step(from: item, to: value) { return step }
        }
        return nil
    }

    /// A list in which more items than this change their places is written anew as a whole.
    private static let mostMoves = 500

    /// A text that goes or changes its place is taken away, and put in where it stands then: written over another one it
    /// would stand at that one's comment.
    private func move(
        at index: Int, in container: Container, _ items: [JSON5Node], to wantedItems: [JSON], _ wanted: JSON
    ) -> Step? {
        let kept = Set(wantedItems)
        let gone = items.firstIndex { item in
            if case .scalar(let value) = item.content { !kept.contains(value) } else { false }
        }
        if let gone {
            return removal(of: gone, from: container, wanted)
        }
        guard index < items.count, index < wantedItems.count else { return nil }
        let isAhead = items[index...].firstIndex { $0.value == wantedItems[index] }
        let comesLater = wantedItems[index...].firstIndex(of: items[index].value)
        if let isAhead, isAhead <= comesLater ?? isAhead {
            return removal(of: index, from: container, wanted)
        }
        return comesLater == nil
            ? nil : insertion(of: wantedItems[index], at: index, into: container, wanted)
    }

    private func insertion(of item: JSON, at index: Int, into container: Container, _ wanted: JSON) -> Step {
        let style = text.style(near: container.node)
        return insertion(at: index, into: container, wanted) { style.render(item, indent: $0, text) }
    }

    private func replacement(of node: JSON5Node, by value: JSON) -> TextEdit {
        let indent = text.indent(at: node.range.lowerBound)
        return TextEdit(range: node.range, text: text.style(near: node).render(value, indent: indent, text))
    }

    // MARK: Taking away

    private func removal(of index: Int, from container: Container, _ wanted: JSON) -> Step {
        let part = container.parts[index]
        let end = container.node.range.upperBound - 1
        var edits: [TextEdit] = []
        var removed = part
        if let comma = text.comma(between: part.upperBound, and: end) {
            // A comment with something behind it may be that one's.
            let isLast = text.lineEnd(after: comma + 1) != nil
            removed = part.lowerBound..<(isLast ? text.commentsEnd(after: comma + 1) : comma + 1)
        } else {
            removed = part.lowerBound..<text.commentsEnd(after: part.upperBound)
            let before = index > 0 ? container.parts[index - 1].upperBound : part.lowerBound
            if let comma = text.comma(between: before, and: part.lowerBound) {
                edits.append(TextEdit(range: comma..<comma + 1, text: ""))
            }
        }
        edits.append(TextEdit(range: widened(removed, before: end), text: ""))
        return Step(edits: edits, fallback: replacement(of: container.node, by: wanted))
    }

    /// A part that has its lines to itself goes with them and the comment behind it; another goes with the
    /// space on one side of it.
    private func widened(_ range: Range<Int>, before end: Int) -> Range<Int> {
        let lineStart = text.spaceStart(before: range.lowerBound)
        let lineEnd = text.lineEnd(after: range.upperBound)
        if text.isLineStart(lineStart), let lineEnd, lineEnd <= end { return lineStart..<lineEnd }
        let after = text.spaceEnd(after: range.upperBound)
        if let byte = text.byte(at: after), "}]\r\n".utf8.contains(byte) {
            return lineStart..<range.upperBound
        }
        return range.lowerBound..<after
    }

    // MARK: Adding

    private func insertion(
        at index: Int, into container: Container, _ wanted: JSON, _ render: (String) -> String
    ) -> Step {
        let edits: [TextEdit]
        if container.parts.isEmpty {
            edits = [firstPart(of: container.node, render)]
        } else if index == container.parts.count {
            edits = lastPart(of: container, render)
        } else {
            edits = [innerPart(before: container.parts[index], of: container, render)]
        }
        return Step(edits: edits, fallback: replacement(of: container.node, by: wanted))
    }

    private func firstPart(of node: JSON5Node, _ render: (String) -> String) -> TextEdit {
        let close = node.range.upperBound - 1
        let indent = text.indent(at: node.range.lowerBound)
        let inner = indent + text.unit
        let closeLine = text.spaceStart(before: close)
        if text.isLineStart(closeLine), closeLine > node.range.lowerBound {
            return TextEdit(range: closeLine..<closeLine, text: inner + render(inner) + text.newline)
        }
        let isBlank = text.spaceEnd(after: node.range.lowerBound + 1) == close
        if text.isCompact && isBlank { return TextEdit(range: close..<close, text: render("")) }
        guard isBlank else { return TextEdit(range: close..<close, text: " " + render(indent) + " ") }
        let lines = text.newline + inner + render(inner) + text.newline + indent
        return TextEdit(range: node.range.lowerBound + 1..<close, text: lines)
    }

    private func lastPart(of container: Container, _ render: (String) -> String) -> [TextEdit] {
        guard let last = container.parts.last else { return [] }
        let close = container.node.range.upperBound - 1
        let comma = text.comma(between: last.upperBound, and: close)
        let end = comma.map { $0 + 1 } ?? last.upperBound
        let indent = text.indent(at: last.lowerBound)
        let hasItsLine = text.isLineStart(text.spaceStart(before: last.lowerBound))
        let behind = text.commentsEnd(after: end)
        guard hasItsLine || behind > end, let lineEnd = text.lineEnd(after: end), lineEnd <= close else {
            if comma != nil, behind > end {
                return [TextEdit(range: behind..<behind, text: " \(render(indent)),")]
            }
            let place = comma == nil ? behind : last.upperBound
            return [TextEdit(range: place..<place, text: text.separator + render(indent))]
        }
        let line = indent + render(indent) + (comma == nil ? "" : ",") + text.newline
        let added = TextEdit(range: lineEnd..<lineEnd, text: line)
        return comma == nil
            ? [TextEdit(range: last.upperBound..<last.upperBound, text: ","), added] : [added]
    }

    private func innerPart(before part: Range<Int>, of container: Container, _ render: (String) -> String)
        -> TextEdit
    {
        let lineStart = text.spaceStart(before: part.lowerBound)
        let indent = text.indent(at: part.lowerBound)
        if text.isLineStart(lineStart) {
            return TextEdit(range: lineStart..<lineStart, text: indent + render(indent) + "," + text.newline)
        }
        return TextEdit(range: part.lowerBound..<part.lowerBound, text: render(indent) + text.separator)
    }
}
