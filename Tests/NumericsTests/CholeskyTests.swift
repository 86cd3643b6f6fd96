import Numerics
import Testing

@Suite("Cholesky")
struct CholeskyTests {
    /// Below and above the size from which the library is asked.
    static let sizes = [1, 2, 7, 32, 33, 100]

    /// B·Bᵀ + I of whole numbers, well conditioned and exact.
    static func matrix(_ size: Int) -> [Double] {
        let b = (0..<size * size).map { Double(($0 * 7919 + 13) % 11 - 5) / 8 }
        var product = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<size {
                for k in 0..<size { product[i * size + j] += b[i * size + k] * b[j * size + k] }
            }
            product[i * size + i] += 1
        }
        return product
    }

    static func times(_ matrix: [Double], _ x: [Double]) -> [Double] {
        x.indices.map { row in x.indices.reduce(0) { $0 + matrix[row * x.count + $1] * x[$1] } }
    }

    static func isClose(_ a: [Double], _ b: [Double], within tolerance: Double = 1e-9) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    @Test("A solution multiplied by the matrix is the right-hand side", arguments: sizes)
    func solves(size: Int) throws {
        let (matrix, x) = (Self.matrix(size), (0..<size).map { Double($0 % 5) - 2 })
        let factor = try #require(Cholesky(matrix, size: size))
        #expect(Self.isClose(factor.solve(Self.times(matrix, x)), x))
    }

    @Test("The inverse solves unit vectors", arguments: sizes)
    func inverts(size: Int) throws {
        let factor = try #require(Cholesky(Self.matrix(size), size: size))
        var unit = [Double](repeating: 0, count: size)
        unit[size / 2] = 1
        let row = Array(factor.inverse[size / 2 * size..<(size / 2 + 1) * size])
        #expect(Self.isClose(row, factor.solve(unit)))
    }

    @Test("Quadratic forms of rows are those of each row, bᵀ·A⁻¹·b", arguments: sizes)
    func quadratics(size: Int) throws {
        let factor = try #require(Cholesky(Self.matrix(size), size: size))
        let rows = (0..<3).map { row in (0..<size).map { Double(($0 * 3 + row) % 4) } }
        let expected = rows.map { b in zip(b, factor.solve(b)).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(Self.isClose(factor.quadratics(ofRows: rows.flatMap(\.self)), expected))
        #expect(Self.isClose(rows.map(factor.quadratic), expected))
    }

    @Test("The determinant is that of a diagonal matrix", arguments: [3, 40])
    func determinant(size: Int) throws {
        var diagonal = [Double](repeating: 0, count: size * size)
        for row in 0..<size { diagonal[row * size + row] = 4 }
        let factor = try #require(Cholesky(diagonal, size: size))
        #expect(abs(factor.logDeterminant - Double(size) * 1.3862943611198906) < 1e-9)
    }

    @Test(
        "What is not positive definite, or no number, has no factor", arguments: [3, 40],
        [-1, 0, Double.nan, .infinity])
    func refuses(size: Int, value: Double) {
        for place in [0, size / 2, size - 1] {
            var matrix = Self.matrix(size)
            matrix[place * size + place] = value
            #expect(Cholesky(matrix, size: size) == nil)
        }
    }

    @Test("A value that is no number is found off the diagonal too", arguments: [3, 40])
    func refusesOffDiagonal(size: Int) {
        var matrix = Self.matrix(size)
        matrix[(size - 1) * size] = .nan
        #expect(Cholesky(matrix, size: size) == nil)
    }
}

@Suite("Least squares and products")
struct LeastSquaresTests {
    @Test("A straight line is found again, with few and with many unknowns", arguments: [2, 50])
    func line(unknowns: Int) throws {
        var fit = LeastSquares(unknowns: unknowns)
        let truth = (0..<unknowns).map { Double($0) - 1 }
        for point in 0..<200 {
            let row = (0..<unknowns).map {
                Double((point * 7919 + $0 * 104_729 + point * $0 * 31) % 1009) / 1009
            }
            fit.add(row, target: zip(row, truth).reduce(0) { $0 + $1.0 * $1.1 })
        }
        let solution = fit.solve() ?? []
        #expect(CholeskyTests.isClose(solution, truth, within: 1e-6))
    }

    @Test("An unknown that nothing tells of is open, until a prior closes it")
    func prior() {
        var fit = LeastSquares(unknowns: 2)
        fit.add([1, 0], target: 3)
        #expect(fit.solve() == nil)
        fit.addPrior(1, value: 5, precision: 2)
        #expect(CholeskyTests.isClose(fit.solve() ?? [], [3, 5]))
    }

    @Test("A product is that of rows and a vector", arguments: [0, 1, 40])
    func products(rows: Int) {
        let vector = (0..<9).map { Double($0) - 3 }
        let matrix = (0..<rows * 9).map { Double($0 % 7) }
        let expected = (0..<rows).map { row in (0..<9).reduce(0) { $0 + matrix[row * 9 + $1] * vector[$1] } }
        #expect(product(matrix, rows: rows, vector) == expected)
    }

    @Test("OpenBLAS names its version and its processor")
    func library() {
        #expect(OpenBLAS.identity.hasPrefix("OpenBLAS"))
        #expect(!OpenBLAS.coreName.isEmpty && OpenBLAS.identity.contains(OpenBLAS.coreName))
    }
}
