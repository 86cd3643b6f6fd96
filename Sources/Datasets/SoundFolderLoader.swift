/// Recordings of one class each as log-mel spectrograms or MFCC, from a folder or from a tar archive (plain or .gz).
///
/// The class is the folder that holds a file where there are several such folders, else what stands before the first `_` of the
/// file's name; the group (a speaker) what stands before the second: `LABEL_SPEAKER_TAKE.wav`.
enum SoundFolderLoader {
    private static let endings = [".wav", ".flac", ".ogg", ".oga"]
    private static let unread = [".mp3", ".m4a", ".aac", ".wma", ".opus", ".aif", ".aiff", ".amr"]

    static func load(_ places: PartPaths, features: LogMel) throws(DatasetError) -> Dataset {
        let path = places.path
        let tree = try places.tree(endings)
        let files = tree.files(endings)
        guard !files.isEmpty else {
            throw .file(path, detail: "holds no .wav files (or .flac, .ogg), nor an archive of them")
        }
        let folders = ClassFolders(files, isJoined: places.isDivided)
        let paths = folders.paths
        let rate = try rate(of: paths, in: tree, features)
        let extractor = try LogMelExtractor(features, sampleRate: rate, file: path)
        var values: [Float] = []
        values.reserveCapacity(paths.count * extractor.frames * extractor.bands)
        var (pieces, ends): ([SoundPiece], [Int]) = ([], [])
        var faults: [DatasetError] = []
        for (place, path) in paths.enumerated() {
            ends += folders.ends.filter { $0 == place }.map { _ in pieces.count }
            let sound: Sound
            do throws(DatasetError) {
                sound = try self.sound(path, in: tree).resampled(to: rate)
            } catch {
                faults.append(error)
                continue
            }
            for piece in self.pieces(of: path, sound, length: extractor.length) {
                values += extractor.spectrogram(of: piece.samples(of: sound, length: extractor.length))
                pieces.append(piece)
            }
        }
        if let fault = DatasetError(joining: faults) { throw fault }
        ends += folders.ends.filter { $0 == paths.count }.map { _ in pieces.count }
        // What is made up belongs to no official part but train, so that it comes first.
        let silences = (0..<features.silences).map { SoundPiece.silence($0) }
        values =
            silences.indices.flatMap {
                extractor.spectrogram(of: SoundPiece.silence($0, length: extractor.length))
            } + values
        pieces = silences + pieces
        let isByFolder = !folders.classes.isEmpty
        let order = Dictionary(uniqueKeysWithValues: paths.enumerated().map { ($1, $0) })
        let names = paths.map { String($0.split(separator: "/").last ?? "") }
        let pathClasses = isByFolder ? folders.classes : names.map { field(0, of: $0) }
        // In folders of classes, a name without `_` is that of a recording, and tells no group.
        let namesGroups = !isByFolder || names.contains { $0.contains("_") }
        let pathGroups =
            !folders.groups.isEmpty
            ? folders.groups : namesGroups ? names.map { field(isByFolder ? 0 : 1, of: $0) } : []
        func text(_ piece: SoundPiece, _ texts: [String]) -> String {
            guard let path = piece.path, let place = order[path] else { return "silence" }
            return SoundPiece.isNoise(path) ? SoundPiece.noiseFolder : texts[place]
        }
        let (labels, classNames) = pieces.map { text($0, pathClasses) }.indexed()
        let (groups, groupNames) =
            pathGroups.isEmpty ? ([], []) : pieces.map { text($0, pathGroups) }.indexed()
        var dataset = Dataset(
            name: "wav-folder", sampleShape: [extractor.frames, extractor.bands, 1], storage: .floats(values),
            target: .classes(labels, names: classNames), sampleNames: pieces.map(\.name), groups: groups,
            groupNames: groupNames, background: features.coefficients == nil ? extractor.silence : 0,
            recordings: Recordings(features: features, sampleRate: rate, source: places, pieces: pieces))
        dataset.setOfficialParts(ends: ends.map { $0 + silences.count })
        dataset.remarks = tree.emptyFolders(endings, classes: folders.classes).map {
            "the folder '\($0)' holds no recordings (WAV, FLAC, Ogg)"
        }
        let others = tree.files(unread)
        if let first = others.first {
            dataset.remarks.append(
                "recordings of a kind that is not read: \(others.count), such as '\(first)'; store them as WAV, FLAC or Ogg"
            )
        }
        return try dataset.checked(file: path)
    }

    /// A recording, or what noise is cut into; noise that is shorter stays whole.
    private static func pieces(of path: String, _ sound: Sound, length: Int) -> [SoundPiece] {
        guard SoundPiece.isNoise(path), sound.samples.count >= length else { return [.whole(path)] }
        return stride(from: 0, through: sound.samples.count - length, by: length).map {
            .part(path, start: $0)
        }
    }

    /// The rate that is asked for, else the one that most recordings have; the higher of equals.
    private static func rate(
        of paths: [String], in tree: FileTree, _ features: LogMel
    ) throws(DatasetError) -> Int {
        if let rate = features.sampleRate { return rate }
        var counts: [Int: Int] = [:]
        let rates = try inParallel(paths.count) { index throws(DatasetError) in
            try sound(paths[index], in: tree).sampleRate
        }
        for rate in rates { counts[rate, default: 0] += 1 }
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
    }

    private static func sound(_ path: String, in tree: FileTree) throws(DatasetError) -> Sound {
        try Sound(decoding: tree.contents(of: path), file: tree.path(of: path))
    }

    /// The waveforms of pieces of a folder or archive, in their order.
    static func waveforms(
        _ pieces: [SoundPiece], of source: PartPaths, rate: Int, length: Int
    ) throws(DatasetError) -> [[Float]] {
        let tree = try source.tree(endings)
        var waveforms: [[Float]] = []
        for piece in pieces {
            switch piece {
            case .silence(let number): waveforms.append(SoundPiece.silence(number, length: length))
            case .whole(let path), .part(let path, _):
                let sound = try sound(path, in: tree).resampled(to: rate)
                waveforms.append(
                    LogMelExtractor.centred(piece.samples(of: sound, length: length), length: length))
            }
        }
        return waveforms
    }

    /// What stands between underscores, without the file's extension.
    private static func field(_ index: Int, of name: String) -> String {
        let stem = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
        let fields = stem.split(separator: "_", omittingEmptySubsequences: false)
        return index < fields.count ? String(fields[index]) : ""
    }
}
