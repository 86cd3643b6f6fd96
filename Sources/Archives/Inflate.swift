import CZlib

/// Exactly `size` bytes inflated from a raw deflate stream; nil where the stream gives fewer, more or nonsense.
func inflated(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    // Deflate packs 1,032 bytes into one at most: a larger claim is refused before it is allocated.
    guard size >= 0, size <= packed.count.multipliedSaturated(by: 1032) + 64, size < 1 << 32,
        packed.count < 1 << 32
    else { return nil }
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        return nil
    }
    defer { inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: size + 1)
    var status = Z_OK
    // SAFETY: zlib reads `packed.count` bytes and writes at most `size + 1` into an array of that many; the pointers
    // are used inside the closures only.
    packed.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(clamping: target.count)
            status = inflate(&stream, Z_FINISH)
        }
    }
    guard status == Z_STREAM_END, Int(stream.total_out) == size else { return nil }
    output.removeLast()
    return output
}

/// The CRC-32 that ZIP archives store.
func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt = 0
    var rest = bytes
    while !rest.isEmpty {
        let piece = rest.prefix(1 << 30)
        // SAFETY: zlib reads as many bytes as the buffer has.
        piece.withUnsafeBufferPointer { sum = crc32(sum, $0.baseAddress, UInt32($0.count)) }
        rest = rest.dropFirst(piece.count)
    }
    return UInt32(truncatingIfNeeded: sum)
}
