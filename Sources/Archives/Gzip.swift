import CZlib

/// Inflates gzip files with the system's zlib.
public enum Gzip {
    /// The first bytes of every member.
    public static let magic: [UInt8] = [0x1f, 0x8b]

    /// Files written in blocks end with one empty member; a thousand of them only take time.
    private static let mostEmptyMembers = 16

    /// All members of a gzip file, joined.
    ///
    /// Fails where a member is truncated or its checksum wrong, where more than `limit` bytes come out, and where many
    /// members are empty (so that a small hostile file can fill neither memory nor time).
    public static func inflate(_ packed: [UInt8], file: String, limit: Int) throws(ArchiveError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(statedSize(packed), packed.count.multipliedSaturated(by: 1100), limit))
        let stream = try GzipStream(file: file)
        var (offset, empty) = (0, 0)
        while offset < packed.count, packed[offset...].starts(with: magic) {
            let before = output.count
            offset += try stream.inflateMember(packed, from: offset, onto: &output, limit: limit)
            empty += output.count == before ? 1 : 0
            guard empty <= mostEmptyMembers else {
                throw .damaged(file: file, detail: "holds more than \(mostEmptyMembers) empty gzip members")
            }
        }
        return output
    }

    /// The size that the trailer of the last member states, a hint only.
    private static func statedSize(_ packed: [UInt8]) -> Int {
        guard packed.count >= 18 else { return 0 }
        return packed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

/// One zlib stream, used for each member in turn: to begin one anew takes longer than to inflate a small member.
private final class GzipStream {
    /// zlib remembers the address: the stream may not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var scratch = [UInt8](repeating: 0, count: 1 << 18)
    private let file: String

    init(file: String) throws(ArchiveError) {
        self.file = file
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, 16 for a gzip header.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .unreadable(file: file, detail: "zlib did not start") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends one member and returns how many packed bytes it took.
    func inflateMember(
        _ packed: [UInt8], from start: Int, onto output: inout [UInt8], limit: Int
    ) throws(ArchiveError) -> Int {
        guard inflateReset(stream) == Z_OK else {
            throw .unreadable(file: file, detail: "zlib did not start")
        }
        var consumed = 0
        var status = Z_OK
        while status == Z_OK {
            let step = inflate(packed, from: start + consumed)
            status = step.status
            consumed += step.taken
            guard output.count + step.produced <= limit else {
                throw .damaged(file: file, detail: "inflates to more than \(limit) bytes")
            }
            output += scratch[..<step.produced]
            if status == Z_BUF_ERROR || status == Z_OK && step.taken == 0 && step.produced == 0 {
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

    /// Fills `scratch` as far as the packed bytes from `offset` on do.
    private func inflate(_ packed: [UInt8], from offset: Int) -> (status: Int32, taken: Int, produced: Int) {
        let piece = min(packed.count - offset, 1 << 30)
        let room = scratch.count
        // SAFETY: zlib reads `piece` bytes from `offset` on, which lie within `packed`, and writes at most `room` bytes,
        // which `scratch` has; neither pointer outlives its closure.
        let status = packed.withUnsafeBufferPointer { input in
            scratch.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress).map { $0 + offset }
                stream.pointee.avail_in = UInt32(piece)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(room)
                return CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        return (status, piece - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
    }
}
