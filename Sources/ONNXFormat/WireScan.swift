import Foundation

/// Counts the objects a file describes before any of them is made: two bytes of a file can stand for hundreds in memory.
enum WireScan {
    /// Roughly what a decoded message takes beside its numbers and texts.
    private static let bytesPerObject = 300

    /// Bodies deeper than this are refused by the decoder.
    private static let deepest = 40

    /// An estimate of what decoding a model takes; tensors' own bytes are counted once.
    static func estimatedBytes(of data: Data) -> Int {
        data.withUnsafeBytes { bytes in
            var objects = 0
            // Model: graph (7), functions (25).
            forEachField(bytes, 0..<bytes.count) { number, range in
                objects += 1
                if number == 7 { objects += objectsOfGraph(bytes, range, depth: 0) }
                if number == 25 { objects += objectsOfFunction(bytes, range) }
            }
            return data.count + objects * bytesPerObject
        }
    }

    /// Graph → node (1) → attribute; what tensors (5) hold is numbers.
    private static func objectsOfGraph(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, depth: Int
    ) -> Int {
        guard depth < deepest else { return 0 }
        var objects = 0
        forEachField(bytes, range) { number, range in
            objects += 1
            guard number != 5 else { return }
            if number == 1 {
                objects += objectsOfNode(bytes, range, depth: depth)
            } else {
                forEachField(bytes, range) { _, range in
                    objects += 1
                    forEachField(bytes, range) { _, _ in objects += 1 }
                }
            }
        }
        return objects
    }

    private static func objectsOfFunction(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
        var objects = 0
        forEachField(bytes, range) { number, range in
            objects += 1
            if number == 7 { objects += objectsOfNode(bytes, range, depth: 0) }
        }
        return objects
    }

    /// Node → attribute (5) → graph (6).
    private static func objectsOfNode(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, depth: Int
    ) -> Int {
        var objects = 0
        forEachField(bytes, range) { number, range in
            objects += 1
            forEachField(bytes, range) { inner, range in
                objects += 1
                if number == 5, inner == 6 { objects += objectsOfGraph(bytes, range, depth: depth + 1) }
            }
        }
        return objects
    }

    /// Length-delimited fields of a message; stops at anything malformed, which the decoder will refuse.
    private static func forEachField(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ body: (UInt64, Range<Int>) -> Void
    ) {
        // SAFETY: every read is below `range.upperBound`, which callers keep within the buffer.
        var position = range.lowerBound
        func varint() -> UInt64? {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while position < range.upperBound, shift < 64 {
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        while position < range.upperBound {
            guard let tag = varint() else { return }
            switch tag & 7 {
            case 0: if varint() == nil { return }
            case 1: position += 8
            case 5: position += 4
            case 2:
                guard let length = varint(), length <= UInt64(max(range.upperBound - position, 0)) else {
                    return
                }
                body(tag >> 3, position..<position + Int(length))
                position += Int(length)
            default: return
            }
        }
    }
}
