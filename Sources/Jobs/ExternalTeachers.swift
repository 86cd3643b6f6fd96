import Bundles
import Candidates
import Datasets
import ExperimentStore
import Foundation
import ModelGraph
import Quantities
import Search
import SearchSpaces
import YAMLReader

extension ResolvedJob {
    /// The networks from elsewhere that the job's recipes name as teachers, each fitting the data.
    ///
    /// A teacher is a model file (its path relative to the job file) or `JOB/CANDIDATE`: a finished candidate of a job in the
    /// database. Throws where one is not there, does not fit or was trained on other inputs.
    func externalTeachers(for data: PreparedData, database: String) throws -> [String: Graph] {
        if space.teachers.contains(TableTeacher.name), !TableTeacher.suits(data) {
            throw complaint(TableTeacher.limits, about: TableTeacher.name)
        }
        var teachers: [String: Graph] = [:]
        for name in space.teachers where !SpaceTeacher.names.contains(name) {
            do {
                let model = try ExternalTeacher(named: name, folder: folder, database: database)
                try model.requireSameInputs(as: data.normalization)
                teachers[name] = try model.network(fitting: data.input)
            } catch {
                throw complaint("teacher '\(name)': \(error)", about: name)
            }
        }
        return teachers
    }

    /// With the place of the recipe where the job file has one.
    private func complaint(_ sentence: String, about name: String) -> any Error {
        let recipe = places.recipes.first { recipe in
            (try? Compression(parsing: recipe.value))?.distillation?.teacher == name
        }
        return recipe?.node.error(sentence) ?? JobError("\(file): \(sentence)")
    }

    /// Teachers that know no more than guessing does.
    func doubts(aboutTeachersOf training: TrainingWork) throws -> [String] {
        let data = training.data
        let judge = Judge(data: data, task: data.task.plain)
        return try training.externalTeachers.sorted { $0.key < $1.key }.compactMap { name, network in
            let accuracy = judge.task.value(of: try judge.predictions(of: network, on: data.split.slice))
            guard data.isNoBetterThanGuessing(accuracy) else { return nil }
            return
                "teacher '\(name)' is right on \(Human.percent(accuracy)) of the training slice, no better than "
                + "guessing: see whether it knows these classes in this order"
        }
    }
}

/// A trained network that others are to learn from.
private struct ExternalTeacher {
    let name: String
    let graph: Graph
    /// What its inputs were normalised by; nil where nobody says.
    let normalization: Normalization?

    init(named name: String, folder: String, database: String) throws {
        self.name = name
        if [".onnx", ".tflite", ".swiftlet"].contains(where: { name.lowercased().hasSuffix($0) }) {
            let model = try LoadedModel(path: JobFile.path(name, in: folder))
            (graph, normalization) = (model.graph, Normalization(model.metadata))
            return
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw JobError(
                "expected 'largest', a model ending in .onnx, .tflite or .swiftlet, or JOB/CANDIDATE, a finished candidate"
            )
        }
        let job = try ExperimentStore(reading: database).job(named: parts[0])
        guard let evaluation = try job.evaluations(ofCandidate: parts[1]).first,
            evaluation.fidelity == .final, evaluation.quality != nil
        else {
            throw JobError(
                "was not trained to the end; 'swiftlet finish \(parts[0]) \(parts[1])' does that")
        }
        let model = try BundledModel(ModelFile(job: job, candidate: evaluation.candidate))
        graph = model.graph
        guard model.preprocessing.offsets.count == model.preprocessing.scales.count,
            !model.preprocessing.offsets.isEmpty
        else {
            throw JobError("what its inputs were normalised by is damaged; restore the job's folder")
        }
        normalization = Normalization(
            offsets: model.preprocessing.offsets, scales: model.preprocessing.scales)
    }

    /// The student hands its own inputs on, so the teacher must have been trained on such.
    func requireSameInputs(as own: Normalization) throws {
        guard let normalization else { return }
        let isClose =
            normalization.offsets.count == own.offsets.count
            && own.offsets.indices.allSatisfy { index in
                let ratio = normalization.scales[index] / own.scales[index]
                let shift = (normalization.offsets[index] - own.offsets[index]) * normalization.scales[index]
                return abs(ratio - 1) < 0.05 && abs(shift) < 0.05
            }
        guard isClose else {
            throw JobError(
                "its inputs were normalised otherwise; set dataset.preprocessing to {offsets: \(normalization.offsets), "
                    + "scales: \(normalization.scales)}")
        }
    }

    /// As a space of its own, which checks that it is float32 and fits.
    func network(fitting input: NetworkInput) throws -> Graph {
        let space = try SearchSpace(given: graph, name: name, compression: GivenCompression())
        return try space.graph(of: space.uncompressed(space.largest), input: input)
    }
}
