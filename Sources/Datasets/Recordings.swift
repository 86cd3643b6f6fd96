/// The recordings that spectrograms were made of: where they lie, and how they became so.
public struct Recordings: Hashable, Sendable {
    /// How recordings became spectrograms.
    public let features: LogMel
    /// Samples a second of the waveforms.
    public let sampleRate: Int
    /// Folders or archives, and what each sample is of them.
    let source: PartPaths
    let pieces: [SoundPiece]

    /// Values of one waveform.
    public var length: Int { Int((features.seconds * Double(sampleRate)).rounded()) }

    /// What the samples sounded like, each cut or filled with silence at both ends to `length` values in [−1, 1].
    ///
    /// Reads the files again, for waveforms are not kept.
    public func waveforms(_ indices: [Int]) throws(DatasetError) -> [[Float]] {
        try SoundFolderLoader.waveforms(
            indices.map { pieces[$0] }, of: source, rate: sampleRate, length: length)
    }
}

extension LogMelExtractor {
    /// The middle `length` values of a recording; silence where it is shorter.
    static func centred(_ samples: [Float], length: Int) -> [Float] {
        let shift = (samples.count - length) / 2
        return (0..<length).map { samples.indices.contains($0 + shift) ? samples[$0 + shift] : 0 }
    }
}
