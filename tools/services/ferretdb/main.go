// Command ferretdb serves the MongoDB protocol in front of PostgreSQL with the DocumentDB extension.
//
// tools/services builds and runs it where no MongoDB server can be had. It is FerretDB's own embeddable
// package and nothing else: one listener, no telemetry, and it ends on SIGTERM or SIGINT.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	postgresqlURL := flag.String("postgresql-url", "", "where PostgreSQL listens")
	socket := flag.String("socket", "", "path of the socket to serve the MongoDB protocol on")
	stateDir := flag.String("state-dir", ".", "folder for FerretDB's own state file")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	telemetry := false

	server, err := ferretdb.New(&ferretdb.Config{
		PostgreSQLURL: *postgresqlURL,
		ListenAddr:    *socket, // build.sh says why this may be a path
		StateDir:      *stateDir,
		// No LogOutput: its log of a failed query holds the documents, so personal data.
		Telemetry: &telemetry,
	})
	if err != nil {
		log.Fatal(err)
	}

	server.Run(ctx)
}
