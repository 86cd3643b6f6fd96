import Candidates
import Datasets
import Determinism
import Foundation
import Quantities
import Search
import SearchSpaces

/// Chooses the lengths that a job file leaves open.
///
/// With a limit on time, from the speed of this computer: of the networks of the space, the larger half of the costs is left
/// out until finalists see enough samples; the search gets a share of the time and divides it into about as many candidates
/// as each of them gets parts of an epoch. Without a limit, from the number of samples alone.
struct LengthChoice {
    private let job: ResolvedJob
    private let samples: Double
    /// Multiply-accumulate operations before compression of random points that some device can have, in ascending order.
    private let operations: [Double]
    /// Of the smallest and the largest network.
    private let smallestOperations, largestOperations: Double

    init(_ job: ResolvedJob, _ training: TrainingWork) throws {
        self.job = job
        samples = Double(max(training.data.split.train.count, 1))
        operations = try job.randomOperations(training)
        func count(_ genotype: Genotype) -> Double {
            Double(training.pricer.costs(of: job.space.uncompressed(genotype)).macs ?? 1)
        }
        smallestOperations = max(count(job.space.smallest), 1)
        largestOperations = max(count(job.space.largest), smallestOperations)
    }

    private func isOpen(_ key: LengthKey) -> Bool { job.openLengths.contains(key) }
}

extension LengthChoice {
    /// Seconds on one core of a random point that may be proposed.
    func meanSeconds(epochs: Double, _ speed: TrainingSpeed) -> Double {
        let limit = job.search.maxOperations.map(Double.init) ?? .infinity
        let kept = operations.filter { $0 <= limit }
        let mean = kept.reduce(0, +) / Double(max(kept.count, 1))
        return speed.seconds(training: epochs * samples, operations: mean)
    }
}

// MARK: Without a limit on time

extension LengthChoice {
    /// Passes after which more of them hardly help: a million samples, but no fewer than five passes and no more than sixty,
    /// or than make seventy thousand samples where there are few.
    var enoughEpochs: Double {
        let most = max(LengthChoice.mostUsualEpochs, min(LengthChoice.fewestFinalSamples / samples, 5000))
        return min(max(1e6 / samples, 5), most).roundedCoarsely
    }

    private static let mostUsualEpochs = 60.0
    /// A network that has seen fewer samples has made too few steps, however few different ones there are.
    private static let fewestFinalSamples = 70_000.0

    /// By the data alone, so that every computer chooses the same.
    func byData() -> JobLengths {
        var lengths = job.lengths
        if isOpen(.finalEpochs) { lengths.finalEpochs = enoughEpochs }
        if isOpen(.epochs) { lengths.epochs = min(lengths.finalEpochs, (enoughEpochs / 4).roundedCoarsely) }
        if isOpen(.superEpochs) { lengths.superEpochs = enoughSuperEpochs.roundedCoarsely }
        if isOpen(.batch) { lengths.batch = batch(epochs: lengths.finalEpochs) }
        return lengths
    }

    /// Passes after which a super-network hardly learns more: ten, or more where the samples are few.
    private var enoughSuperEpochs: Double {
        min(max(LengthChoice.enoughSuperSamples / samples, 10), LengthChoice.mostSuperEpochs)
    }

    private static let enoughSuperSamples = 600_000.0
    private static let mostSuperEpochs = 500.0

    /// 128, or less where that leaves few steps.
    private func batch(epochs: Double) -> Int {
        if samples < 1000 { return 32 }
        return samples * epochs / 128 < 4000 ? 64 : 128
    }
}

// MARK: With a limit

extension LengthChoice {
    /// What a limited time is divided into.
    private struct Division {
        /// Seconds on all cores that are left for training, after what is fixed.
        var seconds: Double
        /// Cores.
        let width: Double
        let speed: TrainingSpeed
    }

    /// - Parameters:
    ///   - seconds: for everything from now on.
    ///   - width: candidates trained at a time.
    /// - Throws: `JobError` that says what the least is, where that is more.
    func byTime(_ seconds: Double, spent: Double, limit: Double, width: Int, speed: TrainingSpeed) throws
        -> JobSchedule
    {
        let left = seconds - fixedSeconds(limit)
        let least = leastSeconds(speed, width: width)
        guard left >= least else {
            let all = (spent + fixedSeconds(limit) + least) * 1.1
            let sharing = job.superEpochs == nil ? "" : "to train a super-network, "
            throw JobError(
                "\(job.file): search.max_time: \(LengthChoice.text(limit)) is too short for this job on this computer, which takes "
                    + "about \(Human.duration(all.rounded(.up))) to measure its speed, \(sharing)to compare two candidates and to "
                    + "train one of them to the end; give it at least that")
        }
        var division = Division(seconds: left * 0.97 * Double(width), width: Double(width), speed: speed)
        var lengths = job.lengths
        if isOpen(.superEpochs) { lengths.superEpochs = superEpochs(division) }
        division.seconds -= sharingSeconds(lengths.superEpochs, speed)
        let finishing = choose(&lengths, division)
        return JobSchedule(
            lengths: lengths, chosen: job.openLengths,
            time: TimePlan(
                seconds: limit, searchShare: max(0.05, 1 - finishing / division.seconds), speed: speed))
    }

    static func text(_ seconds: Double) -> String {
        seconds < 1 ? "\(Human.number(seconds * 1000)) ms" : Human.duration(seconds)
    }

    /// Timing this computer and measuring finalists there.
    private func fixedSeconds(_ limit: Double) -> Double {
        guard job.host != nil else { return 0 }
        return HostTimingLimit.seconds(of: limit) + min(0.35 * finalistCount, 0.15 * limit)
    }

    /// Finalists of all devices, by those of each: some of them are those of several.
    private func finalistCount(_ perDevice: Int) -> Double {
        Double(min(perDevice, operations.count)) * (1 + 0.35 * Double(job.devices.count - 1))
    }

    /// As many as the job has before lengths are chosen.
    private var finalistCount: Double { finalistCount(job.finalists.choice.countPerDevice) }

    /// The shortest trainings that are worth anything.
    private var leastEpochs: Double { min(1, 4000 / samples) }

    /// Samples that a candidate, and a finalist, shall see at least where the time suffices for some of them: what saw fewer
    /// has learnt little more than to guess.
    private static let leastSearchSamples = 8000.0
    private static let leastFinalSamples = 20_000.0

    /// Passes in which a finalist sees enough to be worth anything.
    private var leastFinalEpochs: Double {
        min(max(leastEpochs, LengthChoice.leastFinalSamples / samples), enoughEpochs)
    }

    /// The super-network on all cores, where there is one; two evaluations and one finalist of a small network.
    private func leastSeconds(_ speed: TrainingSpeed, width: Int) -> Double {
        let small = operations[operations.count / 10]
        func seconds(_ epochs: Double) -> Double {
            speed.seconds(training: epochs * samples, operations: small)
        }
        let search = isOpen(.epochs) ? leastEpochs : job.searchSettings.epochs
        let final = isOpen(.finalEpochs) ? leastEpochs : job.finalSettings.epochs
        let sharing = isOpen(.superEpochs) ? leastSuperEpochs : job.superEpochs
        return sharingSeconds(sharing, speed) / Double(width) + 2 * seconds(search)
            + (finalistCount > 0 ? seconds(final) : 0)
    }

    /// Passes of the super-network: as many as help, in its part of the time.
    private func superEpochs(_ division: Division) -> Double {
        let epochs = LengthChoice.sharingShare * division.seconds / sharingSeconds(1, division.speed)
        return max(leastSuperEpochs, min(epochs, enoughSuperEpochs)).roundedCoarsely
    }

    /// Passes in which a super-network makes its first steps.
    private var leastSuperEpochs: Double { min(1, LengthChoice.leastFinalSamples / samples) }

    /// Of the time for training, what a super-network gets.
    private static let sharingShare = 0.3

    /// Seconds on all cores in which a super-network is trained; its networks are drawn evenly by the logarithm of their operations.
    private func sharingSeconds(_ epochs: Double?, _ speed: TrainingSpeed) -> Double {
        guard let epochs else { return 0 }
        let ratio = largestOperations / smallestOperations
        let mean = ratio > 1.001 ? (largestOperations - smallestOperations) / log(ratio) : largestOperations
        return epochs * samples * speed.sample.seconds(operations: mean) * LengthChoice.smallBatches
    }

    /// How much longer a sample takes in the small batches of a super-network, their networks planned anew.
    private static let smallBatches = 1.3

    /// Fills in what is open, and answers with the seconds on all cores that finalists are expected to take.
    private func choose(_ lengths: inout JobLengths, _ division: Division) -> Double {
        let mostForFinalists = finalistCount == 0 ? 0 : division.seconds * (1 - searchShare)
        if isOpen(.finalists) { chooseFinalists(&lengths, mostForFinalists, division) }
        let finalistCount = lengths.finalists.map(finalistCount) ?? finalistCount
        if isOpen(.mostFinalEpochs), finalistCount > 0 { lengths.mostFinalEpochs = enoughEpochs }
        let limit = chooseFinish(&lengths, finalistCount, mostForFinalists, division)
        // Trainings of milliseconds take many times what their steps do, above all on a busy computer.
        let reserve = finalistCount == 0 ? 0 : division.seconds * LengthChoice.finalShare
        let typical = typicalOperations(upTo: limit)
        let finalEpochs = finalSettings(lengths).epochs(operations: typical)
        let needed = max(reserve, finalistCount * finalSeconds(finalEpochs, limit, division.speed))
        // Where candidates are only judged, more of them are worth less than longer finalists.
        let finishing = job.weights == .shared ? mostForFinalists : min(mostForFinalists, needed)
        chooseSearch(&lengths, division.seconds - finishing, upTo: limit, finalEpochs, division.speed)
        if isOpen(.batch) { lengths.batch = batch(epochs: finalEpochs) }
        if isOpen(.recipes) { lengths.recipes = recipes(lengths, division) }
        return finishing
    }

    /// Of the time for training, what the search gets at least: less where it only judges.
    private var searchShare: Double { job.weights == .shared ? 0.3 : 0.35 }
    /// Of the time for training, what is kept for finalists at least, however short their trainings seem.
    private static let finalShare = 0.15
    /// Samples that a finalist shall see before larger networks are let in.
    private static let goodSamples = 150_000.0

    /// Shares of the random points, by operations, that the networks let in may be, the largest first.
    private static let sizes = [1, 0.85, 0.7, 0.5, 0.35, 0.2]

    /// Passes in which a finalist sees enough samples.
    private var goodEpochs: Double {
        min(LengthChoice.goodSamples / samples, enoughEpochs, LengthChoice.mostUsualEpochs)
    }

    private func operations(atShare share: Double) -> Double {
        operations[Int(share * Double(operations.count - 1))]
    }

    /// Fewer finalists than usual, but no fewer than half of them, where small networks would see less than half of enough samples.
    private func chooseFinalists(_ lengths: inout JobLengths, _ seconds: Double, _ division: Division) {
        guard let usual = lengths.finalists, usual > 1, isOpen(.finalEpochs) else { return }
        let limit = operations(atShare: LengthChoice.sizes.last ?? 1)
        let each = finalSeconds(goodEpochs / 2, limit, division.speed)
        let counts = [usual, usual * 3 / 4, usual / 2]
        lengths.finalists = counts.first { finalistCount($0) * each <= seconds } ?? usual / 2
    }

    /// Chooses the largest networks and the epochs of finalists; answers with the operations of the largest.
    private func chooseFinish(
        _ lengths: inout JobLengths, _ finalistCount: Double, _ seconds: Double, _ division: Division
    ) -> Double {
        func epochs(_ limit: Double) -> Double {
            guard isOpen(.finalEpochs) else { return lengths.finalEpochs }
            let each = finalSeconds(1, limit, division.speed)
            return min(enoughEpochs, max(leastFinalEpochs, seconds / max(finalistCount, 1) / each))
        }
        var limit = operations[operations.count - 1]
        if isOpen(.operations) {
            limit = operations[operations.count / 10]
            for share in LengthChoice.sizes {
                let next = operations(atShare: share)
                let each = finalSeconds(epochs(next), next, division.speed) * max(finalistCount, 1)
                if epochs(next) >= goodEpochs, each <= seconds * 1.05 {
                    limit = next
                    break
                }
            }
            lengths.maximumOperations = limit < operations[operations.count - 1] ? Int(limit) : nil
        }
        if isOpen(.finalEpochs) {
            let usual = finalSettings(lengths).with(epochs: 1).epochs(
                operations: typicalOperations(upTo: limit))
            lengths.finalEpochs = (epochs(limit) / usual).roundedCoarsely
        }
        return limit
    }

    /// How finalists are trained with these lengths.
    private func finalSettings(_ lengths: JobLengths) -> TrainingSettings {
        var settings = job.finalSettings
        (settings.epochs, settings.mostEpochs) = (lengths.finalEpochs, lengths.mostFinalEpochs)
        settings.largestOperations = lengths.maximumOperations.map(Double.init) ?? largestOperations
        return settings
    }

    /// Seconds of the mean finalist.
    private func finalSeconds(_ epochs: Double, _ limit: Double, _ speed: TrainingSpeed) -> Double {
        speed.seconds(training: epochs * samples, operations: typicalOperations(upTo: limit))
    }

    /// Of what a search evaluates and finishes: more than of random points, since accurate networks are large ones.
    private func typicalOperations(upTo limit: Double) -> Double {
        let kept = operations.prefix { $0 <= limit }
        guard !kept.isEmpty else { return limit }
        let larger = kept[(kept.count / 2)...]
        return LengthChoice.typicalShare * larger.reduce(0, +) / Double(larger.count)
    }

    /// Of which a quarter of the random points have fewer.
    private func smallOperations(upTo limit: Double) -> Double {
        let kept = operations.prefix { $0 <= limit }
        return kept.isEmpty ? limit : kept[kept.count / 4]
    }

    /// Of the mean of the larger half; measured on MNIST in 60 and 180 seconds, where it was 1.0 and 0.8.
    private static let typicalShare = 0.85

    /// Chooses how many candidates are compared, and how long each of them is trained.
    private func chooseSearch(
        _ lengths: inout JobLengths, _ seconds: Double, upTo limit: Double, _ finalEpochs: Double,
        _ speed: TrainingSpeed
    ) {
        let mean = typicalOperations(upTo: limit)
        let epochSeconds = samples * speed.sample.seconds(operations: mean)
        let rungs = job.search.strategy.strategy.rungs
        if isOpen(.epochs) {
            // Thirty candidates are more worth than longer trainings.
            let least = min(LengthChoice.leastSearchSamples / samples, seconds / epochSeconds / 30)
            let usual = max((seconds / epochSeconds).squareRoot() / 12, least) * (rungs > 1 ? 3 : 1)
            let epochs = usual * inheritedShare
            lengths.epochs = max(leastEpochs, min(epochs, finalEpochs / 2)).roundedCoarsely
        }
        if isOpen(.evaluations) {
            // No more than there is time for where candidates are small: the time ends the search.
            let small = smallOperations(upTo: limit)
            let epochSeconds = samples * speed.sample.seconds(operations: small)
            let rest = speed.rest.seconds(operations: small)
            let each = lengths.epochs * LengthChoice.meanShare(rungs: rungs) * epochSeconds + rest
            let count = (seconds / each - waitForRoots).roundedToHalves
            lengths.evaluations = min(max(count, 2), 20_000)
        }
    }

    /// Of the usual training, what a candidate with inherited weights gets: it has learned most already.
    private var inheritedShare: Double { job.weights == .inherited ? 2.0 / 3 : 1 }

    /// Evaluations that could be done while those of the first batch are trained longer because others inherit from them.
    private var waitForRoots: Double {
        guard job.weights == .inherited else { return 0 }
        return Double(job.search.batch) * (InheritedNetworks.Recipe().rootPatience - 1)
    }

    /// Of the longest training, what an evaluation gets on average: each rung costs as much as every other one, and has a
    /// third of its candidates.
    private static func meanShare(rungs: Int) -> Double {
        let shares = (0..<rungs).map { pow(1.0 / Double(SuccessiveHalving.usualReduction), Double($0)) }
        return Double(rungs) * shares[rungs - 1] / shares.reduce(0, +)
    }

    /// Passes that finalists get at least once the search is done: twice those of the search, and enough to be worth anything.
    func leastFinalEpochs(after search: Double) -> Double { max(leastFinalEpochs, 2 * search) }

    /// Without a teacher where training one would take more than a tenth of the time; nil for all recipes.
    private func recipes(_ lengths: JobLengths, _ division: Division) -> [String]? {
        let offered = job.space.dimensions.first { $0.name == "compression.recipe" }?.options ?? []
        let plain = offered.filter { !$0.hasPrefix("distill") }
        guard !plain.isEmpty, plain.count < offered.count else { return nil }
        let teacher = division.speed.seconds(
            training: (lengths.epochs + lengths.finalEpochs) * samples, operations: largestOperations)
        return teacher > division.seconds / division.width / 10 ? plain : nil
    }
}

extension ResolvedJob {
    /// Multiply-accumulate operations before compression of a few hundred random points, in ascending order; of those that
    /// some device can have, where there are any.
    fileprivate func randomOperations(_ training: TrainingWork) throws -> [Double] {
        let problem = try problem(.training(training), pricer: nil)
        var random = RandomStream(seed: seed, .measurement, 1)
        let points = (0..<300).map { _ in space.normalForm(space.sample(using: &random)) }
        let prices = training.pricer.prices(of: points.map(space.uncompressed))
        let violations = problem.priceViolations(of: points)
        let all = points.indices.filter { prices.points[$0].macs.isFinite }
        let kept = all.filter { violations[$0] == 0 }
        let values = (kept.isEmpty ? all : kept).map { max(prices.points[$0].macs, 1) }.sorted()
        guard !values.isEmpty else { return [1] }
        return values
    }
}

extension Double {
    /// Rounded down to two digits, the second of them even or 5.
    fileprivate var roundedToHalves: Int {
        guard self >= 10 else { return Int(max(self, 0)) }
        let power = Foundation.pow(10, Foundation.floor(log10(self)) - 1)
        return Int((self / power / 2).rounded(.down) * 2 * power)
    }
}
