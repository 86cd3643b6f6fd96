import Archives

/// Recordings of one class each as log-mel spectrograms, from a folder or from a tar archive (plain or .gz).
///
/// The class is the name of the folder that holds a file where there are several such folders, else what stands before the
/// first `_` of the file's name; the group (a speaker) what stands before the second: `LABEL_SPEAKER_TAKE.wav`.
enum WAVFolderLoader {
    private struct Recording {
        /// Path within the folder or archive.
        let path: String
        let sound: WAVFile
        var name: String { String(path.split(separator: "/").last ?? "") }
        var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    }

    static func load(_ path: String, features: LogMel) throws(DatasetError) -> Dataset {
        let recordings = try read(path)
        guard let first = recordings.first else {
            throw .file(path, detail: "holds no .wav files, nor an archive of them")
        }
        let extractor = try LogMelExtractor(features, sampleRate: first.sound.sampleRate, file: path)
        var values: [Float] = []
        values.reserveCapacity(recordings.count * extractor.frames * features.bands)
        for recording in recordings {
            guard recording.sound.sampleRate == first.sound.sampleRate else {
                throw .file(
                    "\(path)/\(recording.path)",
                    detail: "is recorded at \(recording.sound.sampleRate) Hz, \(first.path) at "
                        + "\(first.sound.sampleRate) Hz; resample them to one rate")
            }
            values += extractor.spectrogram(of: recording.sound.samples)
        }
        let isByFolder = Set(recordings.map(\.folder)).count > 1
        let (labels, classNames) = recordings.map { isByFolder ? $0.folder : field(0, of: $0.name) }.indexed()
        let (groups, groupNames) = recordings.map { field(isByFolder ? 0 : 1, of: $0.name) }.indexed()
        return try Dataset(
            name: "wav-folder", sampleShape: [extractor.frames, features.bands, 1], storage: .floats(values),
            target: .classes(labels, names: classNames), sampleNames: recordings.map(\.name), groups: groups,
            groupNames: groupNames, background: extractor.silence,
            recordings: Recordings(
                features: features, sampleRate: first.sound.sampleRate, source: path,
                paths: recordings.map(\.path))
        ).checked(file: path)
    }

    /// The recordings at these paths within a folder or archive, in their order.
    static func sounds(_ paths: [String], of source: String) throws(DatasetError) -> [WAVFile] {
        guard SourceFile.isFolder(source), let first = paths.first,
            SourceFile.exists("\(source)/\(first)")
        else {
            let all = try read(source)
            var sounds: [WAVFile] = []
            for path in paths {
                guard let recording = all.first(where: { $0.path == path }) else {
                    throw .file("\(source)/\(path)", detail: "is no longer there")
                }
                sounds.append(recording.sound)
            }
            return sounds
        }
        var sounds: [WAVFile] = []
        for path in paths {
            let file = "\(source)/\(path)"
            sounds.append(try WAVFile(parsing: try SourceFile.read(file), file: file))
        }
        return sounds
    }

    private static func read(_ path: String) throws(DatasetError) -> [Recording] {
        guard SourceFile.isFolder(path) else { return try readArchive(path) }
        var recordings: [Recording] = []
        for file in try SourceFile.files(below: path, extensions: [".wav"]) {
            let bytes = try SourceFile.read("\(path)/\(file)")
            recordings.append(
                Recording(path: file, sound: try WAVFile(parsing: bytes, file: "\(path)/\(file)")))
        }
        guard recordings.isEmpty else { return recordings }
        let archives = try SourceFile.files(below: path, extensions: [".tar.gz", ".tgz", ".tar"])
        guard archives.count <= 1 else {
            throw .file(path, detail: "holds \(archives.count) archives; name the one that is meant")
        }
        return archives.isEmpty ? [] : try readArchive("\(path)/\(archives[0])")
    }

    private static func readArchive(_ path: String) throws(DatasetError) -> [Recording] {
        let archive: TarArchive
        let bytes = try SourceFile.read(path)
        do throws(ArchiveError) {
            archive = try TarArchive(bytes, file: path)
        } catch {
            throw DatasetError(error)
        }
        var recordings: [Recording] = []
        for entry in archive.entries where entry.name.lowercased().hasSuffix(".wav") {
            let sound = try WAVFile(parsing: archive.bytes[entry.content], file: "\(path)/\(entry.name)")
            recordings.append(Recording(path: entry.name, sound: sound))
        }
        return recordings.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What stands between underscores, without the file's extension.
    private static func field(_ index: Int, of name: String) -> String {
        let stem = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
        let fields = stem.split(separator: "_", omittingEmptySubsequences: false)
        return index < fields.count ? String(fields[index]) : ""
    }
}
