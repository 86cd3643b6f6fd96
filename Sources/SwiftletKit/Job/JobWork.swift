import Candidates
import Datasets
import Devices
import ModelCompression
import ModelGraph
import Quantities
import Search
import SearchSpaces
import YAMLReader

/// What a job's candidates are judged by: a data set to train on, or a table of measurements to look them up in.
enum JobWork: Sendable {
    case training(TrainingWork)
    case table(MeasurementTable)
}

/// A data set and the prices of the job's devices.
struct TrainingWork: Sendable {
    let data: PreparedData
    let pricing: Pricing
    let metric: QualityMetric
    /// Networks from elsewhere that candidates learn from, by the names that recipes give them.
    let teachers: [String: Graph]
}

extension ResolvedJob {
    /// Loads the data; `folder` replaces the data set's path.
    ///
    /// - Parameter database: where teachers are looked up that are finished candidates; nil where nothing will be trained.
    func work(data folder: String?, database: String? = nil) throws -> JobWork {
        if let table = file.dataset.table { return .table(try measurementTable(table)) }
        guard file.dataset.task == .classification else {
            throw file.dataset.node.error(
                "task '\(file.dataset.task.rawValue)' is not supported yet; use classification")
        }
        guard let metric = QualityMetric(rawValue: file.dataset.metric) else {
            let known = QualityMetric.allCases.map(\.rawValue).joined(separator: ", ")
            throw file.dataset.node.error("unknown metric '\(file.dataset.metric)'; known: \(known)")
        }
        let dataset = try Dataset(request(data: folder))
        let data = try PreparedData(
            dataset, rules: splitRules, augmentation: try augmentation, normalization: normalization)
        let pricing = Pricing(space: space, input: data.input, devices: profiles, reserve: reserve)
        do {
            _ = try pricing.compressedGraph(of: space.largest)
        } catch {
            if case .model(let path) = file.subject { throw path.node.error(String(describing: error)) }
            throw CommandError("\(file.file): space '\(space.name)' does not fit the data: \(error)")
        }
        return .training(
            TrainingWork(
                data: data, pricing: pricing, metric: metric,
                teachers: try database.map { try teachers(for: data, database: $0) } ?? [:]))
    }

    private func request(data folder: String?) throws -> DatasetRequest {
        guard let source = DatasetSource(rawValue: file.dataset.source.rawValue) else {
            throw file.dataset.node.error("unknown source '\(file.dataset.source.rawValue)'")
        }
        guard file.dataset.paths.count < 2 else {
            throw file.dataset.paths[1].node.error("this source takes one path")
        }
        return DatasetRequest(source: source, path: folder ?? file.dataset.paths.first.map { path($0.value) })
    }

    private func path(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

    private var splitRules: SplitRules {
        let test: SplitRules.Part =
            switch file.dataset.test {
            case .share(let share): .fraction(share)
            case .official: .official
            case .pattern(let pattern): .pattern(pattern)
            }
        let basis = SplitRules.Basis(rawValue: file.dataset.splitBy.rawValue) ?? .sample
        return SplitRules(
            validation: .fraction(file.dataset.validation), test: test, basis: basis,
            seed: UInt64(file.dataset.splitSeed))
    }

    /// What the job names, else what suits the source.
    private var augmentation: Augmentation {
        get throws {
            guard let names = file.training.augmentation else { return defaultAugmentation }
            var augmentation = Augmentation.none
            for name in names {
                guard let setting = AugmentationSetting(name.value) else {
                    let known = AugmentationSetting.known.joined(separator: ", ")
                    throw name.node.error(
                        "expected one of \(known) with a number such as shift(2), got '\(name.value)'")
                }
                setting.apply(to: &augmentation)
            }
            return augmentation
        }
    }

    private var defaultAugmentation: Augmentation {
        switch file.dataset.source {
        case .digits: .image(shift: 1)
        case .idx: .image(shift: 2)
        case .cifar10, .imageFolder: .image(shift: 4, flips: true)
        case .wavFolder: .spectrogram()
        case .csv, .npz, .table: .none
        }
    }

    private func measurementTable(_ table: JobFile.TableSection) throws -> MeasurementTable {
        let costs = try devices.enumerated().map { index, device in
            guard let cost = table.costs.first(where: { $0.device == device }) else {
                throw file.devices[index].node.error("the table's costs have no device '\(device)'")
            }
            let columns = try cost.columns.map { column -> (metric: Metric, column: String) in
                guard let metric = Metric(rawValue: column.metric), metric.dependsOnDevice else {
                    throw column.column.node.error("'\(column.metric)' is no cost, such as latency_ms")
                }
                return (metric, column.column.value)
            }
            return (device: device, columns: columns)
        }
        let columns = MeasurementTable.Columns(
            architecture: table.architecture, accuracy: table.accuracy.value, isPercent: table.isPercent,
            costs: costs)
        return try MeasurementTable(
            table.paths.map { try CSVTable(contentsOf: path($0.value)) }, columns: columns, space: space)
    }
}

extension ResolvedJob {
    /// What builds the job's candidates, for a training of these settings.
    func builder(_ training: TrainingWork, _ settings: TrainingSettings) -> CandidateBuilder {
        var options = CompressionOptions()
        if let calibrator = file.compression.calibrator { options.calibrator = calibrator }
        return CandidateBuilder(
            space: space, data: training.data, settings: settings, seed: seed, options: options,
            teachers: training.teachers)
    }
}

/// One entry of `training.augmentation`, such as `shift(2)`.
private struct AugmentationSetting {
    private let name: String
    private let amount: Double

    static let known = ["shift", "flip", "cut_out", "noise", "mask_rows", "mask_columns", "shift_rows"]

    /// Nil where the text is none of these.
    init?(_ text: String) {
        let parts = text.split(separator: "(", maxSplits: 1)
        guard let name = parts.first else { return nil }
        self.name = String(name)
        if parts.count == 2 {
            guard parts[1].hasSuffix(")"), let amount = Double(parts[1].dropLast()),
                (0...1000).contains(amount)
            else { return nil }
            self.amount = amount
        } else {
            guard name == "flip" else { return nil }
            amount = 1
        }
        guard AugmentationSetting.known.contains(self.name) else { return nil }
    }

    func apply(to augmentation: inout Augmentation) {
        switch name {
        case "shift":
            augmentation.shiftRows = Int(amount)
            augmentation.shiftColumns = Int(amount)
        case "shift_rows": augmentation.shiftRows = Int(amount)
        case "flip": augmentation.flipsHorizontally = true
        case "cut_out": augmentation.cutOut = Int(amount)
        case "noise": augmentation.noise = Float(amount)
        case "mask_rows": augmentation.maskedRows = Int(amount)
        default: augmentation.maskedColumns = Int(amount)
        }
    }
}
