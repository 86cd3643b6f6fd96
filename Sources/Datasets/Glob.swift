/// A file-name pattern: `*` any text, `?` one character, `[0-4a]` one of a set, `[!…]` one not of it.
public struct Glob: Hashable, Sendable {
    /// The pattern as written.
    public let text: String
    private let parts: [Part]

    fileprivate enum Part: Hashable, Sendable {
        case character(Character)
        case any
        case run
        case set([ClosedRange<Character>], isNegated: Bool)
    }

    /// Nil where a set is not closed or empty.
    public init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "*": parts.append(.run)
            case "?": parts.append(.any)
            case "[":
                guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
                parts.append(Glob.set(rest[..<end]))
                rest = rest[rest.index(after: end)...]
            default: parts.append(.character(character))
            }
        }
        self.text = text
        self.parts = parts
    }

    private static func set(_ text: Substring) -> Part {
        let isNegated = text.first == "!"
        let characters = Array(isNegated ? text.dropFirst() : text)
        var ranges: [ClosedRange<Character>] = []
        var index = 0
        while index < characters.count {
            let first = characters[index]
            if index + 2 < characters.count, characters[index + 1] == "-", first <= characters[index + 2] {
                ranges.append(first...characters[index + 2])
                index += 3
            } else {
                ranges.append(first...first)
                index += 1
            }
        }
        return .set(ranges, isNegated: isNegated)
    }

    /// Whether the whole name fits; time grows with name × pattern, never faster.
    public func matches(_ name: String) -> Bool {
        let characters = Array(name)
        var reached = [Bool](repeating: false, count: characters.count + 1)
        reached[0] = true
        for part in parts {
            var next = [Bool](repeating: false, count: reached.count)
            if part == .run {
                let first = reached.firstIndex(of: true) ?? reached.count
                for place in first..<max(reached.count, first) { next[place] = true }
            } else {
                for place in characters.indices where reached[place] && part.matches(characters[place]) {
                    next[place + 1] = true
                }
            }
            reached = next
        }
        return reached[characters.count]
    }
}

extension Glob.Part {
    fileprivate func matches(_ character: Character) -> Bool {
        switch self {
        case .character(let expected): character == expected
        case .any, .run: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
        }
    }
}
