import Candidates
import Datasets
import Determinism
import Foundation
import ModelGraph
import Quantities
import SearchSpaces
import YAMLReader

/// What a job searches: a space, the hash of what it was made from, and what a given model's file says of its input.
struct JobSubject {
    let space: SearchSpace
    let hash: String
    var normalization: Normalization?
}

extension ResolvedJob {
    /// The compressions of the model that a job names; its path is relative to the job file.
    static func given(
        _ path: JobFile.Located<String>, _ section: JobFile.CompressionSection, folder: String
    ) throws -> JobSubject {
        do {
            let model = try LoadedModel(
                path: path.value.hasPrefix("/") ? path.value : "\(folder)/\(path.value)")
            let hash = SHA256.hex(model.graph.encoded())
            let stem = URL(filePath: path.value).deletingPathExtension().lastPathComponent
            let space = try SearchSpace(
                given: model.graph, name: "\(stem)-\(hash.prefix(8))", compression: GivenCompression(section))
            return JobSubject(space: space, hash: hash, normalization: Normalization(model.metadata))
        } catch SearchSpaceError.narrowing(let space, let key, let detail) {
            let node = section.node(of: key) ?? path.node
            throw node.error(
                SearchSpaceError.narrowing(space: space, key: key, detail: detail).sentenceAtItsPlace)
        } catch {
            throw path.node.error(String(describing: error))
        }
    }

    /// The share of a slice of train on which the given model is right as it came; nil where the job has a space.
    func givenAccuracy(_ training: TrainingWork) throws -> Double? {
        guard case .model(let path) = file.subject else { return nil }
        let data = training.data
        do {
            let network = try space.graph(of: space.uncompressed(space.largest), input: data.input)
            let predictions = try Judge(data: data, metric: .accuracy).predictions(
                of: network, on: data.split.slice)
            return QualityMetric.accuracy.value(of: predictions)
        } catch {
            throw path.node.error(String(describing: error))
        }
    }

    /// What is suspicious about the job's model and its teachers.
    func warnings(_ work: JobWork) throws -> [String] {
        guard case .training(let training) = work else { return [] }
        let doubts = try doubts(about: training)
        guard let accuracy = try givenAccuracy(training), accuracy <= training.data.majorityShare * 1.2 else {
            return doubts
        }
        return doubts + [
            "\(space.name) is right on \(Human.percent(accuracy)) of the training slice, no better than guessing: "
                + "see whether dataset.preprocessing and the order of the classes are those it was trained with"
        ]
    }
}

extension SearchSpaceError {
    /// The sentence without the key, which a complaint about a place in a file names already.
    var sentenceAtItsPlace: String {
        if case .narrowing(let space, _, let detail) = self { "\(space) \(detail)" } else { description }
    }
}

extension GivenCompression {
    fileprivate init(_ section: JobFile.CompressionSection) {
        self.init()
        precision = section.precision?.map(\.value) ?? precision
        pruning = section.pruning?.map(\.value) ?? pruning
        recipe = section.recipe?.map(\.value) ?? recipe
        precisionPerStage = section.precisionPer?.value != .model
    }
}

extension JobFile.CompressionSection {
    fileprivate func node(of key: String) -> YAMLNode? {
        switch key {
        case "precision": precision?.first?.node
        case "pruning": pruning?.first?.node
        default: recipe?.first?.node
        }
    }
}

extension Normalization {
    /// What Swiftlet's own exports say of their input; nil for other files.
    init?(_ metadata: [(key: String, value: String)]) {
        func numbers(_ key: String) -> [Float] {
            let text = metadata.first { $0.key == key }?.value ?? ""
            return text.split(separator: ",").compactMap { Float($0) }
        }
        let (offsets, scales) = (numbers("preprocessing_offsets"), numbers("preprocessing_scales"))
        guard !offsets.isEmpty, offsets.count == scales.count,
            (offsets + scales).allSatisfy(\.isFinite)
        else { return nil }
        self.init(offsets: offsets, scales: scales)
    }

    init(_ section: JobFile.PreprocessingSection) {
        self.init(offsets: section.offsets.map(Float.init), scales: section.scales.map(Float.init))
    }
}
