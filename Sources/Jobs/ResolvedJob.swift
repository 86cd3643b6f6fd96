package import Candidates
import Datasets
import Determinism
package import Devices
import Foundation
package import ModelCompression
package import Quantities
package import Runners
package import Search
package import SearchSpaces
import YAMLReader

/// A job resolved against spaces, devices and metrics: everything checked that can be checked without the data, every value
/// in the form the program works with.
package struct ResolvedJob: Sendable {
    package let name: String
    /// The job file's name, for complaints; relative paths in it are relative to its folder.
    package let file: String
    package private(set) var space: SearchSpace
    /// Hash of the space's file or of the given model.
    let spaceHash: String
    package let data: JobData
    package private(set) var devices: [String]
    /// One a device; none for table jobs, whose costs are looked up.
    package private(set) var profiles: [DeviceProfile]
    /// The commands that time devices, by name.
    package let runners: [String: Runner]
    /// The quality first, then the costs.
    package let objectives: [Metric]
    package private(set) var constraints: [Constraint]
    package let reserve: Reserve
    /// How compressions are carried out.
    package let compression: CompressionOptions
    /// Settings of the training that compares candidates.
    package private(set) var searchSettings: TrainingSettings
    /// Settings of the training to the end.
    package private(set) var finalSettings: TrainingSettings
    /// Passes over the data in which a super-network is trained; nil where there is none.
    package private(set) var superEpochs: Double?
    /// Whether candidates inherit the weights of earlier ones.
    let inherits: Bool
    package private(set) var search: SearchRules
    package private(set) var finalists: FinalistRules
    /// The lengths that the file leaves open.
    package let openLengths: [LengthKey]
    package let seed: UInt64
    let places: Places
    /// Why the space was chosen; nil where the job names it.
    package let spaceRemark: String?

    /// Where the file says what only the data can contradict.
    struct Places: Sendable {
        /// Nil where the job has a space.
        let model: YAMLNode?
        let recipes: [JobFile.Located<String>]
    }

    package var folder: String { JobFile.folder(of: file) }

    /// Where weights come from before a candidate is trained.
    package var weights: WeightSource {
        if superEpochs != nil { return .shared }
        return inherits ? .inherited : WeightSource(of: space)
    }

    /// Settings of each length of training that the search tells apart, the shortest first.
    package var rungSettings: [TrainingSettings] {
        let (rungs, reduction) = (search.strategy.strategy.rungs, Double(SuccessiveHalving.usualReduction))
        return (0..<rungs).map { rung in
            var settings = searchSettings
            let share = pow(reduction, Double(rungs - 1 - rung))
            settings.epochs /= share
            settings.fineTuneEpochs = settings.fineTuneEpochs.map { $0 / share }
            return settings
        }
    }

    /// How the accuracies that the search compares are obtained.
    package var searchFidelity: Fidelity {
        if finalists.choice == .everyone { return .final }
        return switch weights {
        case .shared, .inherited: .inherited
        case .scratch, .given, .backbone: .trained
        }
    }

    /// The same job for one device, which it need not name.
    package func priced(on profile: DeviceProfile) -> ResolvedJob {
        var copy = self
        (copy.devices, copy.profiles) = ([profile.name], [profile])
        copy.constraints = constraints.filter { $0.applies(to: profile.name) }
        return copy
    }

    /// How much the job does as it stands.
    package var lengths: JobLengths {
        JobLengths(
            evaluations: search.maxEvaluations, epochs: searchSettings.epochs, superEpochs: superEpochs,
            batch: searchSettings.batch, maximumOperations: search.maxOperations, recipes: nil,
            finalists: finalists.choice == .everyone ? nil : finalists.choice.countPerDevice,
            finalEpochs: finalSettings.epochs, mostFinalEpochs: finalSettings.mostEpochs)
    }

    /// The same job with finalists trained in so many passes.
    func with(finalEpochs: Double) -> ResolvedJob {
        var copy = self
        copy.finalSettings.epochs = finalEpochs
        return copy
    }

    /// The same job with other lengths.
    ///
    /// Throws where the space does not offer the recipes.
    package func with(_ lengths: JobLengths) throws -> ResolvedJob {
        var copy = self
        copy.search.maxEvaluations = lengths.evaluations
        copy.search.maxOperations = lengths.maximumOperations
        (copy.finalSettings.epochs, copy.finalSettings.batch) = (lengths.finalEpochs, lengths.batch)
        copy.finalSettings.mostEpochs = lengths.mostFinalEpochs
        (copy.searchSettings.epochs, copy.searchSettings.batch) = (lengths.epochs, lengths.batch)
        copy.superEpochs = lengths.superEpochs
        if finalists.choice == .everyone {
            copy.searchSettings = copy.finalSettings
        } else {
            copy.finalists.choice = .perDevice(lengths.finalists ?? finalists.choice.countPerDevice)
        }
        if let recipes = lengths.recipes {
            copy.space = try space.narrowed(compression: [("recipe", recipes)])
        }
        return copy
    }
}

extension ResolvedJob {
    /// Resolves a job.
    ///
    /// - Parameters:
    ///   - seed: replaces the file's own.
    ///   - name: replaces the file's own, which is a label only.
    ///   - kept: profiles that stand for the file's devices, in their order; nil for those that the names mean now.
    package init(
        _ file: JobFile, seed: Int? = nil, name: String? = nil, profiles kept: [DeviceProfile]? = nil
    ) throws {
        let folder = JobFile.folder(of: file.file)
        profiles = try kept ?? ResolvedJob.profiles(file, folder: folder)
        let subject = try JobSubject(file, on: profiles, folder: folder)
        (space, spaceHash) = (subject.space, subject.hash)
        self.name = name ?? file.name
        spaceRemark = subject.remark
        self.file = file.file
        data = try ResolvedJob.data(file, subject)
        devices = profiles.isEmpty ? file.devices.names.map(\.value) : profiles.map(\.name)
        runners = try ResolvedJob.runners(file, devices: devices, profiles: profiles)
        objectives = file.objectives
        constraints = file.constraints.map(\.value)
        reserve = file.reserve
        compression = CompressionOptions(calibrator: file.compression.calibrator)
        finalSettings = file.training.settings.toTheEnd(file.finalists)
        searchSettings = file.finalists.choice == .everyone ? finalSettings : file.training.settings
        superEpochs = file.training.superEpochs
        inherits = file.training.mode == .inheritance
        search = file.search
        let typed = file.training.typed + file.search.typed + file.finalists.typed
        let hasRecipes = file.compression.options(of: "recipe") != nil || space.hasWeights
        openLengths = LengthKey.allCases.filter {
            !typed.contains($0) && ($0 != .recipes || !hasRecipes)
                && ($0 != .superEpochs || file.training.superEpochs != nil)
                && (file.finalists.choice != .everyone || !LengthKey.withFinalists.contains($0))
                && ($0 != .mostFinalEpochs || !typed.contains(.finalEpochs))
        }
        if file.training.mode != .fromScratch, space.hasWeights {
            throw JobError(
                "\(file.file): training.mode \(file.training.mode.rawValue) is for spaces; a given model has its weights "
                    + "already")
        }
        if inherits, file.finalists.choice == .everyone {
            throw JobError(
                "\(file.file): with 'per_device: all' every candidate is trained to the end, so that none inherits; leave out "
                    + "training.mode: inheritance")
        }
        finalists = FinalistRules(
            choice: file.finalists.choice, maximumDrop: file.compression.maximumDrop)
        if finalists.maximumDrop != nil, finalists.choice == .everyone {
            throw JobError(
                "\(file.file): compression.max_drop is for finalists; with 'per_device: all' there is no choosing them"
            )
        }
        if search.strategy.strategy.rungs > 1 {
            try ResolvedJob.requireLengths(file, data)
        }
        if let seed, seed < 0 { throw JobError("the seed must not be negative") }
        self.seed = seed.map(UInt64.init) ?? file.search.seed
        places = Places(model: subject.place, recipes: file.compression.options(of: "recipe") ?? [])
    }

    /// Successive halving trains candidates to several lengths.
    private static func requireLengths(_ file: JobFile, _ data: JobData) throws {
        let reason: String? =
            switch data {
            case .table: "a table has one quality a candidate"
            case .samples where file.training.mode == .weightSharing:
                "with training.mode weight-sharing candidates are not trained"
            case .samples where file.training.mode == .inheritance:
                "with training.mode inheritance candidates begin from trained networks"
            case .samples where file.finalists.choice == .everyone:
                "with 'per_device: all' every candidate is trained to the end"
            case .samples: nil
            }
        if let reason {
            throw JobError(
                "\(file.file): search.strategy: successive-halving trains candidates to several lengths, but \(reason); "
                    + "use guided")
        }
    }

    /// The data with what only the other sections decide.
    private static func data(_ file: JobFile, _ subject: JobSubject) throws -> JobData {
        switch file.data.data {
        case .samples(var source):
            source.normalization = source.normalization ?? subject.normalization
            source.augmentation = file.training.augmentation ?? source.request.source.usualAugmentation
            return .samples(source)
        case .table(let source):
            var columns = source.columns
            columns.costs = try file.devices.names.map { device in
                guard let costs = columns.costs.first(where: { $0.device == device.value }) else {
                    throw device.node.error("the table's costs have no device '\(device.value)'")
                }
                return costs
            }
            return .table(TableSource(paths: source.paths, columns: columns, metric: source.metric))
        }
    }

    /// The file's runners by the names of their profiles.
    private static func runners(
        _ file: JobFile, devices: [String], profiles: [DeviceProfile]
    ) throws -> [String: Runner] {
        var runners: [String: Runner] = [:]
        for (place, runner) in file.devices.runners where devices.indices.contains(place) {
            let node = file.devices.names[place].node
            guard profiles.indices.contains(place) else {
                throw node.error("a table's times are looked up, so its devices have no runner")
            }
            guard profiles[place].latencySource != .hostEngine else {
                throw node.error(
                    "host-cpu is timed by this program's own engine; a runner needs the profile of its runtime"
                )
            }
            runners[devices[place]] = runner
        }
        return runners
    }

    static func profiles(_ file: JobFile, folder: String) throws -> [DeviceProfile] {
        switch file.data.data {
        case .table: return []
        case .samples:
            let shelf = DeviceShelf()
            return try file.devices.names.map { device in
                do {
                    return try shelf.profile(device.value, relativeTo: folder)
                } catch let error as JobError {
                    throw device.node.error(error.description)
                }
            }
        }
    }
}

extension TrainingSettings {
    /// The same training made as long as finalists get it.
    fileprivate func toTheEnd(_ finalists: JobFile.FinalistSection) -> TrainingSettings {
        var settings = self
        (settings.epochs, settings.mostEpochs) = (finalists.epochs, finalists.mostEpochs)
        settings.fineTuneEpochs = finalists.fineTuneEpochs
        settings.distillsAll = finalists.distills
        return settings
    }
}
