/// Builds a flatbuffer from its end to its beginning, so that every offset points forward.
///
/// The bytes are a function of the calls alone: no padding is left to chance and equal field lists are shared.
struct FlatWriter {
    /// What has been written so far, last byte first.
    private var reversed: [UInt8] = []
    private var largestAlignment = 4
    /// Where each different field list begins, in the order of their making.
    private var fieldLists: [(list: [UInt8], position: Position)] = []

    /// A finished object, as its distance from the end of the buffer.
    struct Position: Hashable {
        fileprivate let fromEnd: Int
    }

    /// The value of one field of a table.
    enum Field {
        case byte(UInt8)
        case int32(Int32)
        case float(Float)
        case offset(Position)
    }

    mutating func string(_ text: String) -> Position {
        let utf8 = Array(text.utf8)
        align(4, before: utf8.count + 1)
        reversed.append(0)
        reversed.append(contentsOf: utf8.reversed())
        append(UInt32(utf8.count))
        return here
    }

    /// A vector of bytes whose first one lies at a multiple of `alignment`.
    mutating func bytes(_ data: [UInt8], alignment: Int) -> Position {
        align(4, before: data.count)
        align(alignment, before: data.count)
        reversed.append(contentsOf: data.reversed())
        append(UInt32(data.count))
        return here
    }

    mutating func integers<T: FixedWidthInteger>(_ values: [T]) -> Position {
        let width = T.bitWidth / 8
        align(4, before: values.count * width)
        align(width, before: values.count * width)
        for value in values.reversed() { append(value) }
        append(UInt32(values.count))
        return here
    }

    mutating func floats(_ values: [Float]) -> Position { integers(values.map(\.bitPattern)) }

    mutating func offsets(_ positions: [Position]) -> Position {
        align(4, before: positions.count * 4)
        for position in positions.reversed() { append(offset: position) }
        append(UInt32(positions.count))
        return here
    }

    /// A table; fields are given by number, in rising order, those at their default left out.
    mutating func table(_ fields: [(id: Int, value: Field)]) -> Position {
        let end = reversed.count
        var places: [(id: Int, fromEnd: Int)] = []
        // Wide fields first (which is last, writing backwards): no padding between them.
        for (id, field) in fields.reversed() where field.width == 1 { places.append((id, append(field))) }
        for (id, field) in fields.reversed() where field.width == 4 { places.append((id, append(field))) }
        align(4, before: 4)
        let tableStart = reversed.count + 4
        let slots = (fields.map(\.id).max() ?? -1) + 1
        var list: [UInt16] = [UInt16(4 + 2 * slots), UInt16(tableStart - end)]
        list += [UInt16](repeating: 0, count: slots)
        for place in places { list[2 + place.id] = UInt16(tableStart - place.fromEnd) }
        return finishTable(fieldList: list.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    }

    /// Writes the distance to the field list, and the list itself unless an equal one exists.
    private mutating func finishTable(fieldList: [UInt8]) -> Position {
        if let known = fieldLists.first(where: { $0.list == fieldList }) {
            let table = Position(fromEnd: reversed.count + 4)
            append(Int32(known.position.fromEnd - table.fromEnd))
            return table
        }
        append(Int32(fieldList.count))
        let table = here
        reversed.append(contentsOf: fieldList.reversed())
        fieldLists.append((fieldList, here))
        return table
    }

    /// The whole buffer, with `root` as its root table.
    mutating func finish(root: Position, identifier: String) -> [UInt8] {
        align(largestAlignment, before: 8)
        reversed.append(contentsOf: Array(identifier.utf8).reversed())
        append(offset: root)
        return reversed.reversed()
    }

    private var here: Position { Position(fromEnd: reversed.count) }

    /// Pads so that, once `byteCount` more bytes are written, what comes next ends on a multiple of `alignment`.
    private mutating func align(_ alignment: Int, before byteCount: Int) {
        largestAlignment = max(largestAlignment, alignment)
        while (reversed.count + byteCount) % alignment != 0 { reversed.append(0) }
    }

    private mutating func append<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            reversed.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    private mutating func append(offset: Position) {
        append(UInt32(reversed.count + 4 - offset.fromEnd))
    }

    private mutating func append(_ field: Field) -> Int {
        align(field.width, before: field.width)
        switch field {
        case .byte(let value): reversed.append(value)
        case .int32(let value): append(value)
        case .float(let value): append(value.bitPattern)
        case .offset(let position): append(offset: position)
        }
        return reversed.count
    }
}

extension FlatWriter.Field {
    fileprivate var width: Int {
        switch self {
        case .byte: 1
        case .int32, .float, .offset: 4
        }
    }
}
