import CZlib

/// Inflates gzip files with the system's zlib.
public enum Gzip {
    /// The first bytes of every member.
    public static let magic: [UInt8] = [0x1f, 0x8b]

    /// All members of a gzip file, joined.
    ///
    /// Fails where a member is truncated or its checksum wrong, or where more than `limit` bytes come out (so that a small
    /// hostile file cannot fill the memory).
    public static func inflate(_ packed: [UInt8], file: String, limit: Int) throws(ArchiveError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(statedSize(packed), packed.count.multipliedSaturated(by: 1100), limit))
        var offset = 0
        while offset < packed.count, packed[offset...].starts(with: magic) {
            offset += try inflateMember(packed, from: offset, onto: &output, file: file, limit: limit)
        }
        return output
    }

    /// The size that the trailer of the last member states, a hint only.
    private static func statedSize(_ packed: [UInt8]) -> Int {
        guard packed.count >= 18 else { return 0 }
        return packed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Appends one member and returns how many packed bytes it took.
    private static func inflateMember(
        _ packed: [UInt8], from start: Int, onto output: inout [UInt8], file: String, limit: Int
    ) throws(ArchiveError) -> Int {
        var stream = z_stream()
        // 15 bits of window, 16 for a gzip header.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .unreadable(file: file, detail: "zlib did not start") }
        defer { inflateEnd(&stream) }
        var consumed = 0
        var status = Z_OK
        let chunk = 1 << 20
        while status == Z_OK {
            let before = output.count
            let room = max(min(output.capacity - before, 1 << 30), chunk)
            let piece = min(packed.count - start - consumed, 1 << 30)
            var produced = 0
            output.append(contentsOf: repeatElement(0, count: room))
            // SAFETY: zlib reads `piece` bytes from start + consumed, which lie within `packed`, and writes at most `room`
            // bytes behind `before`, where the array was just extended; neither pointer outlives its closure.
            packed.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { target in
                    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress).map {
                        $0 + start + consumed
                    }
                    stream.avail_in = UInt32(piece)
                    stream.next_out = target.baseAddress.map { $0 + before }
                    stream.avail_out = UInt32(room)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                }
            }
            produced = room - Int(stream.avail_out)
            let taken = piece - Int(stream.avail_in)
            consumed += taken
            output.removeLast(room - produced)
            guard output.count <= limit else {
                throw .damaged(file: file, detail: "inflates to more than \(limit) bytes")
            }
            if status == Z_BUF_ERROR || status == Z_OK && taken == 0 && produced == 0 {
                throw .damaged(
                    file: file, detail: "is truncated: the packed data end after \(packed.count) bytes")
            }
        }
        guard status == Z_STREAM_END else {
            throw .damaged(
                file: file, detail: "is damaged: the packed data are wrong near byte \(start + consumed)")
        }
        return consumed
    }
}
