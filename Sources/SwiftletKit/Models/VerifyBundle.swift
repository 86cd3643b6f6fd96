import ArrayFiles
import Determinism
import Engine
import Foundation
import ModelGraph

extension ModelCommands {
    /// `swiftlet verify`: every file of a bundle against its hash, every model against the test vectors.
    ///
    /// A model agrees where it predicts the same class for every vector.
    public static func verify(_ folder: String) throws -> Answer {
        let manifest = try BundleManifest(folder)
        var checks = manifest.files.map { file -> (name: String, result: String, good: Bool) in
            let agrees = manifest.hashAgrees(file, in: folder)
            return (file.name, agrees ? "hash agrees" : "hash differs", agrees)
        }
        let vectors = try NPZ.read(path: "\(folder)/test-vectors.npz")
        guard let input = vectors.first(where: { $0.name == "input" })?.array,
            let output = vectors.first(where: { $0.name == "output" })?.array, output.shape.count == 2
        else { throw CommandError("\(folder)/test-vectors.npz: needs the arrays 'input' and 'output'") }
        let expected = classes(output.floats, width: output.shape[1])
        for file in manifest.files
        where file.name.hasPrefix("model.") && !["model.c", "model.h"].contains(file.name) {
            let graph = try LoadedModel(path: "\(folder)/\(file.name)").graph
            let answers = classes(try evaluate(graph, samples: input.floats), width: output.shape[1])
            let same = zip(answers, expected).count { $0 == $1 }
            let isSame = same == expected.count && answers.count == same
            checks.append((file.name, "\(same) of \(expected.count) test vectors agree", isSame))
        }
        let isGood = checks.allSatisfy(\.good)
        let rows = checks.map {
            Record([("file", .text($0.name)), ("result", .text($0.result)), ("good", .flag($0.good))])
        }
        let table = checks.map { "\($0.good ? "✓" : "✗") \($0.name.padded(to: 18)) \($0.result)\n" }.joined()
        return Answer(
            json: .record([
                "bundle": .text(folder), "good": .flag(isGood), "checks": .list(rows.map(Field.record)),
            ]),
            columns: ["file", "result", "good"], rows: rows, table: table, status: isGood ? .done : .failed)
    }

    private static func classes(_ logits: [Float], width: Int) -> [Int] {
        guard width > 0 else { return [] }
        return stride(from: 0, to: logits.count - logits.count % width, by: width).map { start in
            (1..<max(width, 1)).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
        }
    }
}

/// The part of a manifest that `verify` reads.
private struct BundleManifest: Decodable {
    struct File: Decodable {
        let name: String
        let sha256: String
    }
    let files: [File]

    init(_ folder: String) throws {
        let path = "\(folder)/manifest.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(
                "\(path): there is no such file; expected a folder written by 'swiftlet export'")
        }
        do {
            self = try JSONDecoder().decode(BundleManifest.self, from: data)
        } catch {
            throw CommandError("\(path): is not a manifest written by 'swiftlet export'")
        }
        for file in files where file.name.contains("/") || file.name.hasPrefix(".") {
            throw CommandError("\(path): names a file outside the bundle: '\(file.name)'")
        }
    }

    func hashAgrees(_ file: File, in folder: String) -> Bool {
        FileManager.default.contents(atPath: "\(folder)/\(file.name)").map { SHA256.hex($0) == file.sha256 }
            ?? false
    }
}
