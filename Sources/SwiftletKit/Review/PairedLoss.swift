/// How many more test samples a network gets wrong than its baseline, each sample judged by both.
///
/// Over n samples, dᵢ is 1 where only the baseline is right, −1 where only the network is, 0 else, averaged over seeds; the loss
/// is the mean of d, its standard error sd(d) / √n. Far narrower than the difference of two accuracies, for most samples agree.
struct PairedLoss: Hashable {
    /// Share of samples.
    let mean: Double
    /// The loss stays below this with 95 % confidence (one-sided, normal): mean + 1.645 standard errors over samples.
    let bound: Double
    /// The mean of each seed.
    let seeds: [Double]

    /// For each seed, whether the baseline and the network are right about each sample; nil without samples, or where
    /// seeds were tested on different numbers of them.
    init?(_ pairs: [(baseline: [Bool], network: [Bool])]) {
        guard let count = pairs.first?.baseline.count, count > 1,
            pairs.allSatisfy({ $0.baseline.count == count && $0.network.count == count })
        else { return nil }
        var differences = [Double](repeating: 0, count: count)
        var seeds: [Double] = []
        for pair in pairs {
            let own = zip(pair.baseline, pair.network).map { Double($0 ? 1 : 0) - ($1 ? 1 : 0) }
            seeds.append(own.reduce(0, +) / Double(count))
            for index in own.indices { differences[index] += own[index] / Double(pairs.count) }
        }
        let mean = differences.reduce(0, +) / Double(count)
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        self.mean = mean
        self.seeds = seeds
        bound = mean + 1.645 * (variance / Double(count)).squareRoot()
    }
}
