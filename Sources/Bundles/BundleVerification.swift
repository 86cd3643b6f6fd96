import Archives
import Determinism
import Engine
import Foundation
import ModelGraph
import Quantities
import TFLiteFormat

/// Every file of a bundle against the manifest, the preprocessing against the test vectors, and every model against what it
/// should answer.
public struct BundleVerification: Sendable {
    /// The manifest's own hash, every file's, then preprocessing and models.
    public let checks: [BundleCheck]

    /// Checks the folder; throws where it has no manifest at all.
    public init(_ folder: String) throws {
        do {
            let bundle = try ReadBundle(folder)
            checks =
                bundle.fileChecks + bundle.preprocessingChecks + bundle.frontEndChecks + bundle.modelChecks
        } catch let damage as DamagedManifest {
            checks = [BundleCheck("manifest.json", false, damage.description)]
        }
    }

    /// Whether all checks are good.
    public var isGood: Bool { checks.allSatisfy(\.isGood) }
}

/// A manifest that no export writes.
private struct DamagedManifest: Error, CustomStringConvertible {
    let description: String
}

/// What was found out about one file of a bundle.
public struct BundleCheck: Hashable, Sendable {
    /// The file, or `preprocessing`.
    public let file: String
    /// What was found.
    public let result: String
    /// Whether it is as it should be.
    public let isGood: Bool

    init(_ file: String, _ isGood: Bool, _ result: String) {
        self.file = file
        self.result = result
        self.isGood = isGood
    }

    /// Good where `body` says so; what it throws is the result of a bad one.
    init(_ file: String, _ body: () throws -> (isGood: Bool, result: String)) {
        do {
            let (isGood, result) = try body()
            self.init(file, isGood, result)
        } catch {
            self.init(file, false, String(describing: error))
        }
    }
}

/// A bundle as it lies on disk.
private struct ReadBundle {
    let folder: String
    let manifest: ReadManifest
    private let manifestHash: String

    init(_ folder: String) throws {
        self.folder = folder
        guard let bytes = try? InputFile.bytes(of: "manifest.json", below: folder, limit: 1 << 26) else {
            throw BundleError(
                "\(folder): expected a folder written by 'swiftlet export', but it has no manifest.json")
        }
        do {
            manifest = try JSONDecoder().decode(ReadManifest.self, from: Data(bytes))
        } catch {
            throw DamagedManifest(description: "is not a manifest that 'swiftlet export' writes")
        }
        manifestHash = SHA256.hex(bytes)
        for file in manifest.files where file.name.contains("/") || file.name.hasPrefix(".") {
            throw DamagedManifest(description: "names a file outside the bundle: '\(file.name)'")
        }
    }

    /// Nil where the file is missing, or a link.
    private func contents(_ name: String) -> [UInt8]? {
        (try? InputFile.bytes(of: name, below: folder)).flatMap(\.self)
    }

    private func has(_ name: String) -> Bool { manifest.files.contains { $0.name == name } }

    // MARK: Files

    /// The manifest's own hash, every file's, and files that it does not list.
    var fileChecks: [BundleCheck] {
        let known = manifest.files.map(\.name) + ModelBundle.ownFiles
        let present = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return [ownCheck] + manifest.files.map(check)
            + present.filter { !known.contains($0) }.map {
                BundleCheck($0, false, "is not in the manifest")
            }
    }

    private var ownCheck: BundleCheck {
        guard let line = contents("manifest.sha256") else {
            return BundleCheck("manifest.json", false, "manifest.sha256 is missing")
        }
        let agrees = String(decoding: line, as: UTF8.self) == "\(manifestHash)  manifest.json\n"
        return BundleCheck("manifest.json", agrees, agrees ? "hash agrees" : "hash differs")
    }

    private func check(_ file: BundleManifest.File) -> BundleCheck {
        guard let data = contents(file.name) else { return BundleCheck(file.name, false, "is missing") }
        guard data.count == file.bytes else {
            return BundleCheck(file.name, false, "has \(data.count) bytes, expected \(file.bytes)")
        }
        let agrees = SHA256.hex(data) == file.sha256
        return BundleCheck(file.name, agrees, agrees ? "hash agrees" : "hash differs")
    }

    // MARK: Test vectors

    private func vectors(_ name: String) throws -> NumberArray {
        let path = "\(folder)/test-vectors.npz"
        guard let array = try NPZ.read(path: path).first(where: { $0.name == name })?.array,
            array.shape.count > 1
        else { throw BundleError("\(path): lacks an array '\(name)' of samples") }
        return array
    }

    /// Whether the manifest's preprocessing makes of the raw samples what the models read.
    var preprocessingChecks: [BundleCheck] {
        [
            BundleCheck("preprocessing") {
                let (raw, input) = (try vectors("raw"), try vectors("input"))
                let (count, size) = (raw.shape[0], raw.elements.count / max(raw.shape[0], 1))
                let values = raw.floats
                let made = try (0..<count).flatMap { index in
                    try manifest.preprocessing.input(
                        ofRaw: Array(values[index * size..<(index + 1) * size]))
                }
                guard made.count == input.elements.count else {
                    return (
                        false, "gives \(made.count) values, the test vectors have \(input.elements.count)"
                    )
                }
                let apart = Differences(made, input.floats).largestShare
                return (
                    apart <= 1e-4, "raw samples become inputs within \(Human.number(apart)) of their range"
                )
            }
        ]
    }

    /// Whether the graphs of the front-end make the same of them.
    var frontEndChecks: [BundleCheck] {
        ["front-end.onnx", "front-end.tflite"].filter(has).map { name in
            BundleCheck(name) {
                let (raw, input) = (try vectors("raw"), try vectors("input"))
                let graph = try LoadedModel(path: "\(folder)/\(name)").graph
                let size = raw.elements.count / max(raw.shape[0], 1)
                guard graph.inputs.count == 1, graph[graph.inputs[0]].type.shape.elementCount == size else {
                    return (false, "reads other samples than the test vectors have")
                }
                let made = try evaluate(graph, samples: raw.floats)
                guard made.count == input.elements.count else { return (false, "gives other shapes") }
                let apart = Differences(made, input.floats).largestShare
                return (
                    apart <= 1e-3, "raw samples become inputs within \(Human.number(apart)) of their range"
                )
            }
        }
    }

    // MARK: Models

    /// Each model's answers to the test vectors, and whether the C array is the TFLite file.
    var modelChecks: [BundleCheck] {
        let models = ["model.onnx", "model.tflite", "model.swiftlet"].filter(has)
        var checks = models.map { name in BundleCheck(name) { try answers(of: name) } }
        if has("model.c"), has("model.tflite") {
            checks.append(
                BundleCheck("model.c") {
                    let source = CArray(contents("model.tflite") ?? [], name: "model").source
                    let isSame = contents("model.c") == Array(source.utf8)
                    return (isSame, isSame ? "holds model.tflite" : "holds another model than model.tflite")
                })
        }
        return checks
    }

    /// A model agrees where it predicts the same class for every vector and its numbers lie close to the expected ones.
    private func answers(of name: String) throws -> (isGood: Bool, result: String) {
        let (input, output) = (try vectors("input"), try vectors("output"))
        let width = output.elements.count / max(output.shape[0], 1)
        let isClassifier = manifest.task == "classification"
        guard width > 0, !isClassifier || width == manifest.labels.count else {
            return (false, "answers with \(width) numbers for \(manifest.labels.count) labels")
        }
        let model = try LoadedModel(path: "\(folder)/\(name)")
        if let other = model.metadata.first(where: { $0.key == "candidate" })?.value,
            other != manifest.candidate
        {
            return (false, "is candidate \(other.prefix(12)), not \(manifest.candidate.prefix(12))")
        }
        let size = input.elements.count / max(input.shape[0], 1)
        guard model.graph.givenInputs.count == 1, model.graph.steps(inSampleOf: size) != nil else {
            return (false, "reads other samples than the test vectors have")
        }
        let answers = try evaluate(model.graph, samples: input.floats, of: size)
        guard answers.count == output.elements.count else { return (false, "answers with other shapes") }
        let differences = Differences(answers, output.floats)
        let isInteger = model.graph.values.contains { $0.type.dataType == .int8 }
        let isClose = differences.largestShare <= (isInteger ? 0.02 : 1e-4)
        let range = "numbers within \(Human.number(differences.largestShare)) of their range"
        guard isClassifier else { return (isClose, range) }
        let same = differences.sameClasses(width: width)
        return (
            isClose && same == output.shape[0],
            "\(same) of \(output.shape[0]) test vectors agree, \(range)"
        )
    }
}

/// Two lists of numbers side by side.
private struct Differences {
    let found, expected: [Float]

    init(_ found: [Float], _ expected: [Float]) {
        self.found = found
        self.expected = expected
    }

    /// The largest distance in parts of the range of the expected numbers; infinite where one is no number.
    var largestShare: Double {
        let range = (expected.max() ?? 0) - (expected.min() ?? 0)
        let largest = zip(found, expected).map { abs($0 - $1) }
        guard largest.allSatisfy(\.isFinite) else { return .infinity }
        return Double((largest.max() ?? 0) / max(range, .leastNormalMagnitude))
    }

    /// How many rows have their largest number at the same place.
    func sameClasses(width: Int) -> Int {
        guard width > 0 else { return 0 }
        return stride(from: 0, to: expected.count - width + 1, by: width).count { start in
            let row = start..<start + width
            return largest(found[row]) == largest(expected[row])
        }
    }

    private func largest(_ row: ArraySlice<Float>) -> Int? {
        row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 }
    }
}

/// The part of a manifest that a verification reads.
private struct ReadManifest: Decodable {
    let candidate: String
    let task: String
    let labels: [String]
    let preprocessing: BundleManifest.Steps
    let files: [BundleManifest.File]
}
