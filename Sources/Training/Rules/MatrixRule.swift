import Kernels

/// Batched matrix product: dA = dY·Bᵀ, dB = Aᵀ·dY; broadcast leading axes sum.
struct MatrixRule: Rule {
    let a, b: Operand
    let result: Result
    let product: TrainingProduct
    /// Positions of the matrices that meet, in a, b and the result.
    let pairs: [(a: Int, b: Int, result: Int)]

    var scratchCount: Int { product.scratchCount }

    func forward(_ pass: Pass) {
        let (x, z, y) = (pass[a.value], pass[b.value], pass[result.value])
        for pair in pairs {
            product.forward(
                x.part(pair.a * product.aCount, product.aCount),
                z.part(pair.b * product.bCount, product.bCount),
                into: y.part(pair.result * product.resultCount, product.resultCount), scratch: pass.scratch)
        }
    }

    func backward(_ pass: Pass) {
        let dy = pass[result.gradient]
        a.clearGradient(pass)
        b.clearGradient(pass)
        for pair in pairs {
            let gradient = dy.part(pair.result * product.resultCount, product.resultCount)
            if let slot = a.gradient {
                product.addGradientOfA(
                    gradient, pass[b.value].part(pair.b * product.bCount, product.bCount),
                    into: pass[slot].part(pair.a * product.aCount, product.aCount), scratch: pass.scratch)
            }
            if let slot = b.gradient {
                product.addGradientOfB(
                    pass[a.value].part(pair.a * product.aCount, product.aCount), gradient,
                    into: pass[slot].part(pair.b * product.bCount, product.bCount), scratch: pass.scratch)
            }
        }
    }
}
