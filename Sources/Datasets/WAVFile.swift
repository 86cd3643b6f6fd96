/// A recording, mixed down to one channel, as float32 in [−1, 1].
public struct WAVFile: Sendable {
    /// Samples a second.
    public let sampleRate: Int
    /// The waveform in [−1, 1], its channels averaged.
    public let samples: [Float]

    /// Reads RIFF/WAVE: PCM of 8, 16, 24 or 32 bits and floats of 32 or 64 bits, up to 32 channels.
    public init(parsing bytes: some RandomAccessCollection<UInt8>, file: String) throws(DatasetError) {
        let bytes = Array(bytes)
        guard bytes.count >= 12, bytes[0..<4].elementsEqual("RIFF".utf8),
            bytes[8..<12].elementsEqual("WAVE".utf8)
        else {
            throw .byte(file: file, offset: 0, detail: "is no WAV file: expected RIFF…WAVE")
        }
        var format: Format?
        var offset = 12
        while offset + 8 <= bytes.count {
            let size = Int(bytes.littleEndian(offset + 4, 4))
            let start = offset + 8
            if bytes[offset..<offset + 4].elementsEqual("fmt ".utf8) {
                format = try Format(bytes, at: start, size: size, file: file)
            } else if bytes[offset..<offset + 4].elementsEqual("data".utf8) {
                guard let format else {
                    throw .byte(file: file, offset: offset, detail: "the data stand before their format")
                }
                let length = WAVFile.isUnfinished(size) ? bytes.count - start : size
                guard length <= bytes.count - start else {
                    throw .byte(
                        file: file, offset: bytes.count,
                        detail: "is truncated: \(bytes.count - start) of \(size) bytes of sound")
                }
                sampleRate = format.sampleRate
                samples = try format.mixed(bytes, start..<start + length, file: file)
                return
            }
            offset = start + size + size % 2
        }
        throw .byte(file: file, offset: bytes.count, detail: "holds no sound: there is no data chunk")
    }

    /// Whether a program that recorded to the end never came back to write the length: all that follows is sound.
    private static func isUnfinished(_ size: Int) -> Bool { size == 0 || size >= 0x7fff_f000 }

    private struct Format {
        let isFloat: Bool
        let channels, sampleRate, bits: Int

        init(_ bytes: [UInt8], at start: Int, size: Int, file: String) throws(DatasetError) {
            guard size >= 16, start + size <= bytes.count else {
                throw .byte(
                    file: file, offset: start, detail: "its format chunk of \(size) bytes is too short")
            }
            var code = Int(bytes.littleEndian(start, 2))
            if code == 0xfffe, size >= 26 { code = Int(bytes.littleEndian(start + 24, 2)) }
            channels = Int(bytes.littleEndian(start + 2, 2))
            sampleRate = Int(bytes.littleEndian(start + 4, 4))
            bits = Int(bytes.littleEndian(start + 14, 2))
            isFloat = code == 3
            guard code == 1 && [8, 16, 24, 32].contains(bits) || code == 3 && [32, 64].contains(bits) else {
                throw .byte(
                    file: file, offset: start,
                    detail: "format \(code) of \(bits) bits is not read; store it as PCM or float")
            }
            guard (1...32).contains(channels), (1000...768_000).contains(sampleRate) else {
                throw .byte(
                    file: file, offset: start + 2,
                    detail: "\(channels) channels at \(sampleRate) Hz are impossible")
            }
        }

        func mixed(_ bytes: [UInt8], _ range: Range<Int>, file: String) throws(DatasetError) -> [Float] {
            let (width, frames) = (bits / 8, range.count / (bits / 8 * channels))
            var samples = [Float](repeating: 0, count: frames)
            for frame in 0..<frames {
                var sum: Float = 0
                for channel in 0..<channels {
                    sum += value(bytes, range.lowerBound + (frame * channels + channel) * width)
                }
                guard sum.isFinite else {
                    throw .byte(
                        file: file, offset: range.lowerBound + frame * channels * width,
                        detail: "a sample is not finite")
                }
                samples[frame] = sum / Float(channels)
            }
            return samples
        }

        private func value(_ bytes: [UInt8], _ offset: Int) -> Float {
            switch (isFloat, bits) {
            case (true, 32): Float(bitPattern: UInt32(bytes.littleEndian(offset, 4)))
            case (true, _): Float(Double(bitPattern: bytes.littleEndian(offset, 8)))
            case (false, 8): (Float(bytes[offset]) - 128) / 128
            case (false, 16): Float(Int16(truncatingIfNeeded: bytes.littleEndian(offset, 2))) / 32768
            case (false, 24):
                Float(Int32(truncatingIfNeeded: bytes.littleEndian(offset, 3) << 8)) / 2_147_483_648
            default: Float(Int32(truncatingIfNeeded: bytes.littleEndian(offset, 4))) / 2_147_483_648
            }
        }
    }
}

extension [UInt8] {
    /// An unsigned little-endian number of `width` bytes.
    fileprivate func littleEndian(_ offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in 0..<width { value |= UInt64(self[offset + i]) << UInt64(8 * i) }
        return value
    }
}
