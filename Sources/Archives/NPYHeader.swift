/// The description at the head of an .npy file: a Python dictionary with three keys.
struct NPYHeader {
    /// What the elements are.
    enum Element: Hashable {
        case number(ElementType)
        /// Unicode: so many code points of four bytes each.
        case unicode(Int)
        /// So many bytes of text.
        case bytes(Int)

        /// Bytes of one element.
        var width: Int {
            switch self {
            case .number(let type): type.width
            case .unicode(let count): count.multipliedSaturated(by: 4)
            case .bytes(let count): count
            }
        }
    }

    var element: Element
    /// The element type as the file writes it.
    var description: String
    var isBigEndian: Bool
    var isFortranOrder: Bool
    var shape: [Int]
    /// Where the elements begin.
    var end: Int

    init(parsing bytes: [UInt8], file: String) throws(ArchiveError) {
        guard bytes.count >= 12, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8),
            (1...3).contains(bytes[6])
        else {
            throw .damaged(file: file, detail: "is no .npy array")
        }
        let width = bytes[6] == 1 ? 2 : 4
        let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
        end = 8 + width + length
        guard end <= bytes.count, length <= 1 << 16 else {
            throw .damaged(file: file, detail: "a header of \(length) bytes does not fit")
        }
        var dictionary = PythonDictionary(bytes[8 + width..<end])
        guard let entries = dictionary.parse() else {
            throw .damaged(file: file, detail: "its header is not a Python dictionary")
        }
        guard case .text(let description)? = entries["descr"],
            case .flag(let order)? = entries["fortran_order"],
            case .numbers(let extents)? = entries["shape"]
        else { throw .damaged(file: file, detail: "its header lacks descr, fortran_order or shape") }
        guard let mark = description.first, "<>|=".contains(mark),
            let element = Element(String(description.dropFirst()))
        else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw .unsupported(
                file: file,
                detail: "holds '\(description)'; known are \(known)"
                    + (description == "|O" ? "; store texts by astype(str)" : ""))
        }
        guard extents.count <= 64, extents.allSatisfy({ $0 >= 0 }) else {
            throw .damaged(file: file, detail: "its shape \(extents) is not one of an array")
        }
        self.element = element
        self.description = String(description.dropFirst())
        isBigEndian = mark == ">"
        isFortranOrder = order
        shape = extents
    }

    /// The header of an array, padded so that elements begin at a multiple of 64.
    static func bytes(of array: NumberArray) -> [UInt8] {
        let type = ElementType(of: array.elements)
        let extents = array.shape.map { "\($0)," }.joined(separator: " ")
        let mark = type.width == 1 ? "|" : "<"
        let shape = array.shape.count > 1 ? String(extents.dropLast()) : extents
        let text = "{'descr': '\(mark)\(type.rawValue)', 'fortran_order': False, 'shape': (\(shape)), }"
        // The magic, version and length take ten bytes, the final newline one.
        let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
        let length = text.utf8.count + padding + 1
        var bytes: [UInt8] = [0x93]
        bytes += Array("NUMPY".utf8)
        bytes += [1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
        bytes += Array(text.utf8)
        bytes += [UInt8](repeating: 32, count: padding)
        bytes.append(10)
        return bytes
    }
}

extension NPYHeader.Element {
    /// Reads a name such as `f4`, `U12` or `S8`; nil for others.
    ///
    /// No element is empty, so that a count is bounded by the bytes of a file.
    fileprivate init?(_ name: String) {
        if let type = ElementType(rawValue: name) {
            self = .number(type)
            return
        }
        guard let count = Int(name.dropFirst()), (1...1 << 20).contains(count) else { return nil }
        switch name.first {
        case "U": self = .unicode(count)
        case "S": self = .bytes(count)
        default: return nil
        }
    }
}

/// Just enough of Python's literals to read the header: strings, booleans and tuples of whole numbers.
private struct PythonDictionary {
    enum Value {
        case text(String)
        case flag(Bool)
        case numbers([Int])
    }

    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    /// The entries, looked up by key only; nil where the text is no such dictionary.
    mutating func parse() -> [String: Value]? {
        guard take("{") else { return nil }
        var entries: [String: Value] = [:]
        while !take("}") {
            guard let key = string(), take(":"), let value = value() else { return nil }
            entries[key] = value
            _ = take(",")
        }
        return entries
    }

    private mutating func skipSpaces() { rest = rest.drop { $0 == 32 || $0 == 10 } }

    private mutating func take(_ text: String) -> Bool {
        skipSpaces()
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func string() -> String? {
        guard take("'"), let end = rest.firstIndex(of: UInt8(ascii: "'")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private mutating func value() -> Value? {
        if take("True") { return .flag(true) }
        if take("False") { return .flag(false) }
        if take("(") {
            var numbers: [Int] = []
            while !take(")") {
                skipSpaces()
                let digits = rest.prefix { (48...57).contains($0) }
                guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                rest = rest.dropFirst(digits.count)
                numbers.append(number)
                _ = take("L")
                _ = take(",")
            }
            return .numbers(numbers)
        }
        return string().map { .text($0) }
    }
}
