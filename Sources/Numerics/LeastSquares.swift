/// Least squares with a penalty for leaving a prior: minimises Σ wᵢ (rowᵢ·x − targetᵢ)² + Σ pⱼ (xⱼ − priorⱼ)².
public struct LeastSquares: Sendable {
    /// How many numbers are fitted.
    public let unknowns: Int
    private var normal: [Double]
    private var right: [Double]

    /// A fit of `unknowns` numbers to no observations yet.
    public init(unknowns: Int) {
        self.unknowns = unknowns
        normal = [Double](repeating: 0, count: unknowns * unknowns)
        right = [Double](repeating: 0, count: unknowns)
    }

    /// Adds one observation.
    public mutating func add(_ row: [Double], target: Double, weight: Double = 1) {
        precondition(row.count == unknowns, "LeastSquares: a row of \(row.count) for \(unknowns) unknowns")
        for i in 0..<unknowns where row[i] != 0 {
            let weighted = weight * row[i]
            for j in 0..<unknowns { normal[i * unknowns + j] += weighted * row[j] }
            right[i] += weighted * target
        }
    }

    /// Pulls one unknown towards a value.
    public mutating func addPrior(_ index: Int, value: Double, precision: Double) {
        normal[index * unknowns + index] += precision
        right[index] += precision * value
    }

    /// Pulls all unknowns towards zero: adds xᵀ·P·x to what is minimised, P being symmetric and row-major.
    public mutating func addPrior(precision: [Double]) {
        precondition(
            precision.count == normal.count,
            "LeastSquares: a precision of \(precision.count) elements for \(unknowns) unknowns")
        for index in normal.indices { normal[index] += precision[index] }
    }

    /// The factorised normal equations; nil where the observations leave an unknown open and no prior closes it.
    public var factorized: Cholesky? { Cholesky(normal, size: unknowns) }

    /// The fitted numbers; nil where the observations do not determine them.
    public func solve() -> [Double]? { factorized?.solve(right) }
}
