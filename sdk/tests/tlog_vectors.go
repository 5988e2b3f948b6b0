// Makes tlog-vectors.json with the reference implementation: go mod init x && go mod tidy && go run . > tlog-vectors.json
// (github.com/transparency-dev/merkle v0.0.2, github.com/transparency-dev/formats v0.1.1, golang.org/x/mod v0.43.0)
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	cosig "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"
)

func b(h []byte) string { return base64.StdEncoding.EncodeToString(h) }
func bs(p [][]byte) []string {
	out := []string{}
	for _, h := range p {
		out = append(out, b(h))
	}
	return out
}
func key(name string, seed byte) (string, string) {
	r := make([]byte, 64)
	for i := range r {
		r[i] = seed
	}
	s, v, err := note.GenerateKey(zero(r), name)
	if err != nil {
		panic(err)
	}
	return s, v
}

type zero []byte

func (z zero) Read(p []byte) (int, error) { return copy(p, z), nil }

func main() {
	t := testonly.New(rfc6962.DefaultHasher)
	const N = 13
	out := map[string]any{}
	for i := 0; i < N; i++ {
		t.AppendData([]byte(fmt.Sprintf("entry %d", i)))
	}
	roots, incl, cons := []string{}, map[string][]string{}, map[string][]string{}
	for n := uint64(0); n <= N; n++ {
		roots = append(roots, b(t.HashAt(n)))
		for i := uint64(0); i < n; i++ {
			p, err := t.InclusionProof(i, n)
			if err != nil {
				panic(err)
			}
			incl[fmt.Sprintf("%d of %d", i, n)] = bs(p)
		}
		for o := uint64(1); o <= n; o++ {
			p, err := t.ConsistencyProof(o, n)
			if err != nil {
				panic(err)
			}
			cons[fmt.Sprintf("%d to %d", o, n)] = bs(p)
		}
	}
	out["roots"], out["inclusion"], out["consistency"] = roots, incl, cons
	lsk, lvk := key("waakvlam.example/ledger", 7)
	wsk, _ := key("witness.example/one", 9)
	text := fmt.Sprintf("waakvlam.example/ledger\n%d\n%s\nday 2026-11-26\n", N, b(t.Hash()))
	ls, _ := note.NewSigner(lsk)
	ws, err := cosig.NewSignerForCosignatureV1(wsk)
	if err != nil {
		panic(err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, ls, ws)
	if err != nil {
		panic(err)
	}
	_, w1 := key("witness.example/one", 9)
	wvk, err := cosig.VKeyToCosignatureV1(w1)
	if err != nil {
		panic(err)
	}
	out["log_private"], out["log_public"], out["witness_private"], out["witness_public"], out["signed"] = lsk, lvk, wsk, wvk, string(signed)
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "")
	e.SetEscapeHTML(false)
	e.Encode(out)
}
