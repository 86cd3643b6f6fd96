import CSndFile

/// FLAC and Ogg recordings, decoded by libsndfile.
enum CompressedSound {
    static func decoded(_ bytes: [UInt8], file: String) throws(DatasetError) -> Sound {
        let result = bytes.withUnsafeBytes { buffer -> Result<Sound, DatasetError> in
            let memory = MemoryFile(buffer)
            return withExtendedLifetime(memory) { decode(memory, file: file) }
        }
        return try result.get()
    }

    private static func decode(_ memory: MemoryFile, file: String) -> Result<Sound, DatasetError> {
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { MemoryFile.of($0).map { sf_count_t($0.buffer.count) } ?? 0 },
            seek: { offset, whence, user in MemoryFile.of(user)?.seek(Int(offset), whence) ?? -1 },
            read: { target, count, user in MemoryFile.of(user)?.read(target, Int(count)) ?? 0 },
            write: { _, _, _ in 0 },
            tell: { MemoryFile.of($0).map { sf_count_t($0.position) } ?? 0 })
        var info = SF_INFO()
        // SAFETY: the memory file outlives the decoder, which is closed before this function returns.
        guard
            let decoder = sf_open_virtual(
                &callbacks, Int32(SFM_READ), &info, Unmanaged.passUnretained(memory).toOpaque())
        else { return .failure(.file(file, detail: "is a damaged recording: \(message(nil))")) }
        defer { sf_close(decoder) }
        let channels = Int(info.channels)
        guard (1...32).contains(channels), (1000...768_000).contains(info.samplerate) else {
            return .failure(
                .file(file, detail: "\(channels) channels at \(info.samplerate) Hz are impossible"))
        }
        guard let samples = samples(of: decoder, channels: channels) else {
            return .failure(
                .file(file, detail: "has more than \(Sound.mostSamples) samples; cut it into shorter ones"))
        }
        guard sf_error(decoder) == 0,
            samples.count >= Int(clamping: info.frames) || info.frames >= Int64.max / 2
        else {
            return .failure(
                .file(
                    file,
                    detail:
                        "is truncated or damaged after \(samples.count) of \(info.frames) samples: \(message(decoder))"
                ))
        }
        guard samples.allSatisfy(\.isFinite) else {
            return .failure(.file(file, detail: "holds a sample that is not finite"))
        }
        return .success(Sound(sampleRate: Int(info.samplerate), samples: samples))
    }

    /// Every sample, its channels averaged; nil where there are more than a recording may have.
    private static func samples(of decoder: OpaquePointer, channels: Int) -> [Float]? {
        var samples: [Float] = []
        let block = 16_384
        var frames = [Float](repeating: 0, count: block * channels)
        while samples.count <= Sound.mostSamples {
            let count = frames.withUnsafeMutableBufferPointer {
                // SAFETY: the buffer holds `block` frames of all channels.
                Int(sf_readf_float(decoder, $0.baseAddress, sf_count_t(block)))
            }
            for frame in 0..<max(count, 0) {
                let sum = (0..<channels).reduce(Float(0)) { $0 + frames[frame * channels + $1] }
                samples.append(sum / Float(channels))
            }
            if count < block { break }
        }
        return samples.count <= Sound.mostSamples ? samples : nil
    }

    private static func message(_ decoder: OpaquePointer?) -> String {
        sf_strerror(decoder).map { String(cString: $0) } ?? "unknown error"
    }
}

/// Bytes that libsndfile reads as a file.
private final class MemoryFile {
    let buffer: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> MemoryFile? {
        pointer.map { Unmanaged<MemoryFile>.fromOpaque($0).takeUnretainedValue() }
    }

    func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
        let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : buffer.count
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, (0...buffer.count).contains(target) else { return -1 }
        position = target
        return sf_count_t(position)
    }

    func read(_ target: UnsafeMutableRawPointer?, _ count: Int) -> sf_count_t {
        let length = min(max(count, 0), buffer.count - position)
        guard length > 0, let target, let start = buffer.baseAddress else { return 0 }
        // SAFETY: `length` bytes are left in the buffer, and libsndfile asks for no more than its target holds.
        target.copyMemory(from: start + position, byteCount: length)
        position += length
        return sf_count_t(length)
    }
}
