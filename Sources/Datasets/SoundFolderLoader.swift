/// Recordings of one class each as log-mel spectrograms or MFCC, from a folder or from a tar archive (plain or .gz).
///
/// The class is the folder that holds a file where there are several such folders, else what stands before the first `_` of the
/// file's name; the group (a speaker) what stands before the second: `LABEL_SPEAKER_TAKE.wav`.
enum SoundFolderLoader {
    private static let endings = [".wav", ".flac", ".ogg", ".oga"]

    static func load(_ path: String, features: LogMel) throws(DatasetError) -> Dataset {
        let tree = try FileTree.opening(path, endings: endings)
        let files = tree.files(endings)
        guard !files.isEmpty else {
            throw .file(path, detail: "holds no .wav files (or .flac, .ogg), nor an archive of them")
        }
        let folders = ClassFolders(files)
        let paths = folders.paths
        let rate = try rate(of: paths, in: tree, features)
        let extractor = try LogMelExtractor(features, sampleRate: rate, file: path)
        var values: [Float] = []
        values.reserveCapacity(paths.count * extractor.frames * extractor.bands)
        for path in paths {
            values += extractor.spectrogram(of: try sound(path, in: tree).resampled(to: rate).samples)
        }
        let isByFolder = !folders.classes.isEmpty
        let names = paths.map { String($0.split(separator: "/").last ?? "") }
        let (labels, classNames) = (isByFolder ? folders.classes : names.map { field(0, of: $0) }).indexed()
        let groupTexts =
            folders.groups.isEmpty ? names.map { field(isByFolder ? 0 : 1, of: $0) } : folders.groups
        let (groups, groupNames) = groupTexts.indexed()
        var dataset = Dataset(
            name: "wav-folder", sampleShape: [extractor.frames, extractor.bands, 1], storage: .floats(values),
            target: .classes(labels, names: classNames), sampleNames: paths, groups: groups,
            groupNames: groupNames, background: features.coefficients == nil ? extractor.silence : 0,
            recordings: Recordings(features: features, sampleRate: rate, source: path, paths: paths))
        dataset.setOfficialParts(ends: folders.ends)
        return try dataset.checked(file: path)
    }

    /// The rate that is asked for, else the one that most recordings have; the higher of equals.
    private static func rate(
        of paths: [String], in tree: FileTree, _ features: LogMel
    ) throws(DatasetError) -> Int {
        if let rate = features.sampleRate { return rate }
        var counts: [Int: Int] = [:]
        for path in paths { counts[try sound(path, in: tree).sampleRate, default: 0] += 1 }
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
    }

    private static func sound(_ path: String, in tree: FileTree) throws(DatasetError) -> Sound {
        try Sound(decoding: tree.contents(of: path), file: tree.path(of: path))
    }

    /// The recordings at these paths within a folder or archive, in their order.
    static func sounds(_ paths: [String], of source: String) throws(DatasetError) -> [Sound] {
        let tree = try FileTree.opening(source, endings: endings)
        var sounds: [Sound] = []
        for path in paths { sounds.append(try sound(path, in: tree)) }
        return sounds
    }

    /// What stands between underscores, without the file's extension.
    private static func field(_ index: Int, of name: String) -> String {
        let stem = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
        let fields = stem.split(separator: "_", omittingEmptySubsequences: false)
        return index < fields.count ? String(fields[index]) : ""
    }
}
