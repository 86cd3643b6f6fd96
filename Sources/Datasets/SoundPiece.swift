import Determinism

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one sample of a set of recordings sounds like.
enum SoundPiece: Hashable, Sendable {
    /// A recording, whole.
    case whole(String)
    /// What comes behind so many samples of a long recording of noise.
    case part(String, start: Int)
    /// Nearly nothing: made-up noise, number so and so.
    case silence(Int)

    /// Recordings in a folder of this name are cut into pieces of one sample's length, a class of their own.
    static let noiseFolder = "_background_noise_"

    /// The name of the sample.
    var name: String {
        switch self {
        case .whole(let path): path
        case .part(let path, let start): "\(path)#\(start)"
        case .silence(let number): "silence/\(number).wav"
        }
    }

    /// The file, where there is one.
    var path: String? {
        switch self {
        case .whole(let path), .part(let path, _): path
        case .silence: nil
        }
    }

    /// Uniform noise of −80 to −40 dB, as rooms and microphones have it, by its number alone.
    static func silence(_ number: Int, length: Int) -> [Float] {
        var random = RandomStream(seed: 0, .augmentation, UInt64(number))
        let level = powf(10, (-80 + 40 * random.uniform()) / 20)
        return (0..<length).map { _ in level * (2 * random.uniform() - 1) }
    }

    /// The piece of its recording at the data's rate.
    func samples(of sound: Sound, length: Int) -> [Float] {
        guard case .part(_, let start) = self else { return sound.samples }
        return Array(sound.samples.dropFirst(start).prefix(length))
    }

    static func isNoise(_ path: String) -> Bool { path.split(separator: "/").contains { $0 == noiseFolder } }
}
