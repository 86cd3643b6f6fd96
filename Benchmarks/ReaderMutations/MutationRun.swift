import Datasets
import Determinism
import Foundation

/// Reads damaged data sets; whatever they hold, the reader answers with samples or with an error.
public struct MutationRun {
    /// Damaged files that were still read.
    public private(set) var read = 0
    /// Damaged files that were refused with an error.
    public private(set) var refused = 0

    /// Damages `count` files, of all readers in turn, each keyed by seed and number.
    ///
    /// - Parameters:
    ///   - first: the number of the first, to begin where another run ended.
    ///   - folder: an existing folder for the files.
    public init(count: Int, seed: UInt64, from first: Int = 0, in folder: String) throws {
        let readers = FileReader.allCases
        for reader in readers { try MutationRun.prepare(reader, in: folder) }
        for number in first..<first + count {
            let reader = readers[number % readers.count]
            var random = RandomStream(seed: seed, .proposal, UInt64(number))
            let (name, bytes, _) = reader.files
            let home = "\(folder)/\(reader)"
            try Data(Mutation.damage(bytes, using: &random)).write(to: URL(filePath: "\(home)/\(name)"))
            do {
                let dataset = try Dataset(reader.request(home))
                read += 1
                _ = try? DataSplit(dataset, SplitRules(seed: seed))
            } catch {
                refused += 1
            }
        }
    }

    /// A new folder for damaged files, in memory where the system has such a place.
    public static func temporaryFolder() throws -> String {
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
        let parent = memory.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let folder = parent.appending(path: "swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }

    private static func prepare(_ reader: FileReader, in folder: String) throws {
        let (name, bytes, others) = reader.files
        for (name, bytes) in others.merging([name: bytes], uniquingKeysWith: { first, _ in first }) {
            let file = URL(filePath: "\(folder)/\(reader)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        // A seed that is refused would test nothing.
        _ = try Dataset(reader.request("\(folder)/\(reader)"))
    }
}
